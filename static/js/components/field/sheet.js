/** The field app's sheet over the map in three heights (peek, half, full), changed by taps, never by a drag. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { t } from "baum/io/words.js";

const HEIGHTS = ["peek", "half", "full"];

class Sheet extends EventTarget {
  constructor() {
    super();
    this.height = "";
    this.body = h("div.field-sheet__body");
    this.foot = h("div.field-sheet__foot", { hidden: true });
    this.grip = h(
      "button.field-sheet__grip",
      { type: "button", onclick: () => this.toggle() },
      h("span.field-sheet__bar", { "aria-hidden": "true" }),
      this.word = h("span.kern-sr-only"),
    );
    this.host = h(
      "section.field-sheet",
      { hidden: true, "aria-label": t("Ausgewählter Baum") },
      h(
        "div.field-sheet__head",
        {},
        this.grip,
        h(
          "button.field-round.field-sheet__close",
          { type: "button", title: t("Schließen"), onclick: () => this.close() },
          fieldIcon("close"),
          h("span.kern-sr-only", {}, t("Schließen")),
        ),
      ),
      this.body,
      this.foot,
    );
    this.body.addEventListener("click", (event) => {
      const taken = event.target.closest("button, a, input, select, textarea, summary, label, [role=button]");
      if (!taken && this.height === "peek") this.setHeight("half");
    });
  }

  get open() {
    return !this.host.hidden;
  }

  /** Show an element; its parts with data-part peek, half and full appear by height. */
  show(element, height = "half", { foot = null } = {}) {
    this.body.replaceChildren(element);
    this.body.scrollTop = 0;
    this.setFoot(foot);
    this.host.hidden = false;
    this.setHeight(height);
  }

  /** An element below the sheet's content, always in reach of the thumb; null for none. */
  setFoot(element) {
    this.foot.replaceChildren(...(element ? [element] : []));
    this.foot.hidden = !element;
  }

  setHeight(height) {
    this.height = height;
    this.host.dataset.height = height;
    document.documentElement.dataset.sheet = height;
    this.word.textContent = height === "full" ? t("Weniger zeigen") : t("Mehr zeigen");
    this.grip.setAttribute("aria-expanded", String(height !== "peek"));
    this.dispatchEvent(new Event("changed"));
  }

  /** One height more; from the full one back to the smallest. */
  toggle() {
    this.setHeight(HEIGHTS[(HEIGHTS.indexOf(this.height) + 1) % HEIGHTS.length]);
  }

  close() {
    if (!this.open) return;
    this.host.hidden = true;
    this.height = "";
    delete document.documentElement.dataset.sheet;
    this.body.replaceChildren();
    this.setFoot(null);
    this.dispatchEvent(new Event("closed"));
    this.dispatchEvent(new Event("changed"));
  }
}

/** The one sheet; pages/field.js puts it into the frame. */
export const sheet = new Sheet();
