/** `<tree-list>`: the trees in view as a list, most urgent first; the map for eyes that cannot use one. */

import { day } from "baum/core/formats.js";
import { STATES } from "baum/io/states.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { h, tell } from "baum/components/elements.js";

const MOST = 60;
const NUMBERS = new Intl.Collator("de", { numeric: true });

/** Order of two ISO days; none comes last. */
function earlier(a, b) {
  if (a === b) return 0;
  return (a ?? "9999") < (b ?? "9999") ? -1 : 1;
}

/** Most dangerous state first, then the earliest due day, then the number. */
export function byUrgency(trees) {
  return [...trees].sort((a, b) =>
    Number(b.immediate) - Number(a.immediate) || STATES.rank(b.state) - STATES.rank(a.state) ||
    earlier(a.due, b.due) || NUMBERS.compare(a.number, b.number)
  );
}

class TreeList extends HTMLElement {
  connectedCallback() {
    this.list = h("ul.tree-list");
    this.note = h("p.baum-muted");
    this.details = h(
      "details.panel-details",
      { ontoggle: () => this.#show() },
      h("summary", {}, t("Bäume im Ausschnitt")),
      this.note,
      this.list,
    );
    this.trees = [];
    this.append(this.details);
  }

  /** @param {object[]} trees features of the tree layer; [] while the map shows cells */
  setTrees(trees, chosen) {
    this.trees = trees;
    this.chosen = chosen;
    this.#show();
  }

  #show() {
    if (!this.details.open) return;
    this.note.textContent = this.trees.length === 0
      ? t("Keine einzelnen Bäume im Ausschnitt. Gehen Sie näher heran oder ändern Sie die Filter.")
      : this.trees.length > MOST
      ? t("Die {most} dringendsten von {n}.", { most: MOST, n: this.trees.length })
      : "";
    this.list.replaceChildren(...byUrgency(this.trees).slice(0, MOST).map((tree) => this.#row(tree)));
  }

  #row(tree) {
    return h(
      "li",
      {},
      h(
        "button.tree-list__row",
        {
          type: "button",
          "aria-current": tree.id === this.chosen ? "true" : null,
          onclick: () => tell(this, "choose-tree", tree.id),
        },
        h("state-symbol", { code: tree.state, immediate: tree.immediate }),
        h(
          "span.tree-list__words",
          {},
          h("strong", {}, tree.number),
          ` ${tree.species || t("Art unbekannt")}`,
          h("span.kern-sr-only", {}, `, ${nameOf(STATES.get(tree.state))}`),
        ),
        h("span.tree-list__due", {}, day(tree.due, LANGUAGE)),
      ),
    );
  }
}

customElements.define("tree-list", TreeList);
