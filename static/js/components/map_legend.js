/** `<map-legend>`: the states with their counts; pressing one hides or shows its trees. */

import { number } from "baum/core/formats.js";
import { STATES } from "baum/io/states.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { h, tell } from "baum/components/elements.js";
import "baum/components/state_symbol.js";

class MapLegend extends HTMLElement {
  connectedCallback() {
    this.rows = new Map();
    const rows = STATES.codes().map((code) => this.#row(code));
    this.ring = h("span.legend__count", {}, "…");
    this.total = h("p.baum-muted.legend__total", { role: "status" });
    this.append(
      h("h2.panel-title", { id: "legend-title" }, t("Zustand der Kontrolle")),
      h("ul.legend", { "aria-labelledby": "legend-title" }, rows),
      h(
        "p.legend__ring",
        {},
        h("state-symbol", { code: "immediate" }),
        h("span.legend__name", {}, nameOf(STATES.immediate)),
        this.ring,
      ),
      this.total,
    );
  }

  #row(code) {
    const count = h("span.legend__count", {}, "…");
    const toggle = h(
      "button.legend__row",
      {
        type: "button",
        "aria-pressed": "true",
        onclick: () => tell(this, "toggle-state", code),
      },
      h("state-symbol", { code }),
      h("span.legend__name", {}, nameOf(STATES.get(code))),
      count,
    );
    this.rows.set(code, { toggle, count });
    return h("li", {}, toggle);
  }

  /** @param {string[]} states asked for; [] means all */
  setStates(states) {
    for (const [code, { toggle }] of this.rows) {
      toggle.setAttribute("aria-pressed", String(!states.length || states.includes(code)));
    }
  }

  /** @param {Record<string, number>} counts by state, with total and immediate */
  setCounts(counts) {
    for (const [code, { count }] of this.rows) count.textContent = number(counts[code] ?? 0, LANGUAGE);
    this.ring.textContent = number(counts.immediate ?? 0, LANGUAGE);
    this.total.textContent = counts.total
      ? t("{n} Bäume", { n: number(counts.total, LANGUAGE) })
      : t("Kein Baum passt zu diesen Filtern.");
  }

  /** Say that the counts are not known now. */
  setUnknown() {
    for (const { count } of this.rows.values()) count.textContent = "–";
    this.ring.textContent = "–";
    this.total.textContent = t("Die Zahlen sind gerade nicht erreichbar.");
  }
}

customElements.define("map-legend", MapLegend);
