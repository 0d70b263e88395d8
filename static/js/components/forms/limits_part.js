/** Part of the inspection form: what kept the inspector from seeing all; folded away while there is nothing. */

import { nameOf, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";

export class LimitsPart {
  /** @param {object[]} limits catalogue @param {string[]} chosen @param {string} note */
  constructor(limits, chosen = [], note = "") {
    this.boxes = limits.filter((row) => row.active !== false || chosen.includes(row.code))
      .map((row) => h("input", { type: "checkbox", value: row.code, checked: chosen.includes(row.code) }));
    this.note = h("input.panel-field__input", {
      id: "limits-note",
      type: "text",
      maxlength: "300",
      value: note,
    });
    const names = new Map(limits.map((row) => [row.code, nameOf(row)]));
    this.details = h(
      "details.panel-details.form-section",
      { open: chosen.length > 0 },
      h("summary", {}, t("Grenzen der Kontrolle")),
      h(
        "div.chips",
        { role: "group", "aria-label": t("Grenzen der Kontrolle") },
        this.boxes.map((box) => h("label.chip-radio", {}, box, h("span", {}, names.get(box.value)))),
      ),
      h("div.panel-field", {}, h("label", { for: "limits-note" }, t("Erläuterung")), this.note),
    );
    this.element = this.details;
  }

  values() {
    return {
      limits: this.boxes.filter((box) => box.checked).map((box) => box.value),
      limits_note: this.note.value.trim(),
    };
  }

  check() {
    return {};
  }

  complain(problems) {
    if (problems.limits || problems.limits_note) this.details.open = true;
    return [];
  }

  draft() {
    return this.values();
  }

  fillDraft({ limits, limits_note }) {
    for (const box of this.boxes) box.checked = limits.includes(box.value);
    this.note.value = limits_note;
    this.details.open = limits.length > 0;
  }
}
