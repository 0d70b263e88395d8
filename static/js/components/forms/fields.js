/** Form fields in KERN's look, made from descriptions; each can read, fill and complain. */

import { typedNumber } from "baum/core/formats.js";
import { t } from "baum/io/words.js";
import { h, icon } from "baum/components/elements.js";

let counter = 0;

/**
 * @typedef {{name: string, label: string, kind?: string, options?: [string, string][], hint?: string,
 *   unit?: string, required?: boolean, value?: any, rows?: [string, string][]}} Description
 *   kind: text, number, date, moment, textarea, select, choice (radio chips), several (check chips), check,
 *   pick (one of a long list), file
 */

/** One field: `element` to show, `read()`, `fill(value)`, `complain(sentences)`. */
export class Field {
  /** @param {Description} description */
  constructor(description) {
    Object.assign(this, { kind: "text", ...description });
    counter += 1;
    this.id = `f${counter}-${this.name}`;
    this.error = h("p.kern-error", { id: `${this.id}-error`, hidden: true });
    this.control = MAKERS[this.kind](this);
    this.element = this.#frame();
    if (this.value !== undefined && this.value !== null) this.fill(this.value);
  }

  #frame() {
    const hint = this.hint && h("div.kern-hint", { id: `${this.id}-hint` }, this.hint);
    const words = [
      this.label,
      this.unit ? ` (${this.unit})` : "",
      this.required ? "" : h("span.kern-label__optional", {}, ` – ${t("optional")}`),
    ];
    if (this.kind === "check") {
      return h(
        "div.field",
        {},
        h("label.baum-choice", { for: this.id }, this.control, h("span", {}, this.label)),
        hint,
        this.error,
      );
    }
    if (SETS.has(this.kind)) {
      return h(
        "fieldset.kern-fieldset.field",
        { "aria-describedby": this.#described() },
        h("legend.kern-label", {}, words),
        hint,
        h("div.kern-fieldset__body", {}, this.control),
        this.error,
      );
    }
    const control = this.kind === "select"
      ? h("div.kern-form-input__select-wrapper", {}, this.control)
      : this.control;
    const input = this.control.matches?.("input, select, textarea")
      ? this.control
      : this.control.querySelector("input");
    input.setAttribute("aria-describedby", this.#described());
    return h(
      "div.kern-form-input.field",
      {},
      h("label.kern-label", { for: this.id }, words),
      hint,
      control,
      this.error,
    );
  }

  #described() {
    return [this.hint && `${this.id}-hint`, `${this.id}-error`].filter(Boolean).join(" ");
  }

  /** The element that takes the focus when something is wrong. */
  get focusable() {
    return this.control.matches?.("input, select, textarea")
      ? this.control
      : this.control.querySelector("input, button, select");
  }

  read() {
    const reader = READERS[this.kind];
    return reader ? reader(this) : this.control.value.trim();
  }

  fill(value) {
    if (FILLERS[this.kind]) FILLERS[this.kind](this, value);
    else this.control.value = value ?? "";
  }

  /** @param {string[]} sentences none: all is well */
  complain(sentences) {
    this.error.hidden = !sentences.length;
    this.error.replaceChildren(
      ...(sentences.length ? [icon("danger"), h("span.kern-body", {}, sentences.join(" "))] : []),
    );
    this.element.classList.toggle(
      SETS.has(this.kind) ? "kern-fieldset--error" : "kern-form-input--error",
      sentences.length > 0,
    );
    const input = this.focusable;
    if (sentences.length) input?.setAttribute("aria-invalid", "true");
    else input?.removeAttribute("aria-invalid");
  }

  /** Sentences about what was typed, before anything is sent. */
  check() {
    const value = this.read();
    if (this.kind === "number" && Number.isNaN(value)) {
      return [t("Bitte eine Zahl eingeben, zum Beispiel 12,5.")];
    }
    if (this.kind === "pick" && value === undefined) return [t("Bitte einen Eintrag aus der Liste wählen.")];
    const empty = value === null || value === "" || value === undefined;
    return this.required && empty
      ? [this.kind === "choice" ? t("Bitte wählen.") : t("Bitte ausfüllen.")]
      : [];
  }
}

const input = (field, attributes) =>
  h("input.kern-form-input__input", { id: field.id, name: field.name, autocomplete: "off", ...attributes });

/** Kinds that are a set of chips under one heading. */
const SETS = new Set(["choice", "several"]);
const chips = (field, type) =>
  h(
    "div.chips",
    {},
    field.options.map(([value, words]) =>
      h("label.chip-radio", {}, h("input", { type, name: field.id, value }), h("span", {}, words))
    ),
  );

const MAKERS = {
  text: (field) => input(field, { type: "text", maxlength: field.most }),
  number: (field) => input(field, { type: "text", inputmode: "decimal" }),
  date: (field) => input(field, { type: "date", max: field.max, min: field.min }),
  moment: (field) => input(field, { type: "datetime-local", max: field.max }),
  file: (field) =>
    input(field, {
      type: "file",
      accept: "image/jpeg,image/png,image/webp",
      capture: field.camera ? "environment" : null,
    }),
  textarea: (field) =>
    h("textarea.kern-form-input__input.baum-textarea", {
      id: field.id,
      name: field.name,
      rows: 3,
      maxlength: field.most,
    }),
  check: (field) => h("input", { id: field.id, type: "checkbox", name: field.name }),
  select: (field) =>
    h(
      "select.kern-form-input__select",
      { id: field.id, name: field.name },
      field.required && field.value
        ? null
        : h("option", { value: "" }, field.emptyWords ?? t("keine Angabe")),
      field.options.map(([value, words]) => h("option", { value }, words)),
    ),
  choice: (field) => chips(field, "radio"),
  several: (field) => chips(field, "checkbox"),
  pick: (field) =>
    h(
      "div.pick",
      {},
      input(field, { type: "text", list: `${field.id}-list`, placeholder: field.placeholder }),
      h(
        "datalist",
        { id: `${field.id}-list` },
        (field.rows ?? []).map(([, words]) => h("option", { value: words })),
      ),
    ),
};

const READERS = {
  number: (field) => typedNumber(field.control.value),
  date: (field) => field.control.value || null,
  check: (field) => field.control.checked,
  file: (field) => field.control.files[0] ?? null,
  choice: (field) => field.control.querySelector("input:checked")?.value ?? "",
  several: (field) => [...field.control.querySelectorAll("input:checked")].map((box) => box.value),
  pick: (field) => pickedKey(field),
};
const FILLERS = {
  number: (field, value) => {
    field.control.value = value === null || value === "" ? "" : String(value).replace(".", ",");
  },
  check: (field, value) => {
    field.control.checked = Boolean(value);
  },
  file: () => {},
  choice: (field, value) => {
    for (const radio of field.control.querySelectorAll("input")) {
      radio.checked = radio.value === String(value);
    }
  },
  several: (field, values) => {
    for (const box of field.control.querySelectorAll("input")) box.checked = values.includes(box.value);
  },
  pick: (field, value) => {
    const found = (field.rows ?? []).find(([key, words]) => key === value || words === value);
    field.control.querySelector("input").value = found ? found[1] : value ?? "";
  },
};

/** Key of what was picked: null for nothing, undefined for words that are not in the list. */
function pickedKey(field) {
  const words = field.control.querySelector("input").value.trim();
  if (!words) return null;
  const same = (text) => text.toLowerCase() === words.toLowerCase();
  return (field.rows ?? []).find(([, text]) => same(text) || text.split(" – ").some(same))?.[0];
}

/** Give a pick field other choices. */
export function setRows(field, rows) {
  field.rows = rows;
  field.control.querySelector("datalist").replaceChildren(
    ...rows.map(([, words]) => h("option", { value: words })),
  );
}
