/** Choices for gloved fingers: real radio buttons and check boxes that look like large chips; all field forms use them. */

import { h } from "baum/components/elements.js";

let counter = 0;

const chip = (type, name, [value, words, more = {}], on, onchange) =>
  h(
    "label.ff-chip",
    { class: more.look ? `ff-chip--${more.look}` : "" },
    h("input", { type, name, value, checked: on, disabled: more.disabled, onchange }),
    h("span", {}, words, more.mark ? h("small", {}, more.mark) : null),
  );

/** Chips of which one is chosen. */
export class ChipRow {
  /**
   * @param {{label: string, field?: string, options: [string, string, object?][], value?: string,
   *   mark?: string, hint?: string, quiet?: boolean, onChoose: (value: string) => void}} options
   *   option: value, words, {disabled, mark, look}; mark says where the value came from ("übernommen");
   *   quiet: the label is for screen readers only
   */
  constructor({ label, field, options, value = "", mark = "", hint = "", quiet = false, onChoose }) {
    counter += 1;
    this.name = `chip-${counter}`;
    this.onChoose = onChoose;
    this.mark = h("span.ff-mark", {});
    this.chips = h("div.ff-chips");
    this.hint = h("p.ff-hint", { hidden: true });
    this.element = h(
      "fieldset.ff-row",
      { "data-field": field ?? null },
      h("legend", { class: quiet ? "kern-sr-only" : "" }, label, this.mark),
      this.chips,
      this.hint,
    );
    this.offer(options, value);
    this.say({ mark, hint });
  }

  /** Other options, or the same ones changed. */
  offer(options, value) {
    this.chips.replaceChildren(
      ...options.map((each) =>
        chip("radio", this.name, each, each[0] === value, (event) => this.onChoose(event.target.value))
      ),
    );
  }

  set(value) {
    for (const input of this.chips.querySelectorAll("input")) input.checked = input.value === value;
  }

  say({ mark, hint }) {
    if (mark !== undefined) this.mark.textContent = mark ? ` ${mark}` : "";
    if (hint !== undefined) {
      this.hint.textContent = hint;
      this.hint.hidden = !hint;
    }
  }
}

/**
 * Chips of which any number is chosen.
 *
 * @param {{label: string, field?: string, options: [string, string, object?][], values: string[],
 *   quiet?: boolean, onToggle: (value: string, on: boolean) => void}} options
 */
export function checkChips({ label, field, options, values, quiet = false, onToggle }) {
  counter += 1;
  const name = `chip-${counter}`;
  return h(
    "fieldset.ff-row",
    { "data-field": field ?? null },
    h("legend", { class: quiet ? "kern-sr-only" : "" }, label),
    h(
      "div.ff-chips",
      {},
      options.map((each) =>
        chip(
          "checkbox",
          name,
          each,
          values.includes(each[0]),
          (event) => onToggle(event.target.value, event.target.checked),
        )
      ),
    ),
  );
}

/** A button that looks like a chip: does something instead of choosing. */
export const chipButton = (words, onclick, attributes = {}) =>
  h("button.ff-chip-button", { type: "button", onclick, ...attributes }, words);

/**
 * One line of text.
 *
 * @param {{label: string, field?: string, value?: string, type?: string, most?: number,
 *   onInput: (value: string) => void}} options further ones are attributes of the input
 */
export function textField({ label, field, value = "", most = 300, unit = "", onInput, ...attributes }) {
  counter += 1;
  const id = `text-${counter}`;
  return h(
    "div.ff-text",
    { "data-field": field ?? null },
    h("label", { for: id }, label, unit ? h("span.ff-unit", {}, ` (${unit})`) : null),
    h("input.ff-input", {
      id,
      type: "text",
      maxlength: most,
      autocomplete: "off",
      value,
      oninput: (event) => onInput(event.target.value),
      ...attributes,
    }),
  );
}

/**
 * Likely words as chips, any other words in a field below.
 *
 * @param {{label: string, field: string, offered: () => string[], value: () => string, other?: string,
 *   most?: number, onChoose: (value: string) => void}} options offered: may change as the form does
 * @returns {{element: HTMLElement, update: () => void}}
 */
export function chipsOrWords({ label, field, offered, value, other, most = 300, onChoose }) {
  const own = () => offered().includes(value()) ? "" : value();
  const chips = new ChipRow({
    label,
    options: offered().map((words) => [words, words]),
    value: value(),
    onChoose,
  });
  const text = textField({ label: other, value: own(), most, onInput: onChoose });
  const input = text.querySelector("input");
  let before = offered().join("|");
  const update = () => {
    const now = offered().join("|");
    if (now !== before) chips.offer(offered().map((words) => [words, words]), value());
    else chips.set(value());
    before = now;
    if (input !== document.activeElement) input.value = own();
  };
  return { element: h("section.ff-part", { "data-field": field }, chips.element, text), update };
}
