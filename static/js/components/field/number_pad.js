/** A number by large keys or by keyboard; girths and heights are entered with wet gloves. */

import { typedNumber } from "baum/core/formats.js";
import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";

let counter = 0;

/**
 * @param {{label: string, unit?: string, field: string, value?: string, decimals?: boolean, open?: boolean,
 *   onInput: (typed: string) => void}} options
 */
export function numberField({ label, unit = "", field, value = "", decimals = false, open = false, onInput }) {
  counter += 1;
  const id = `number-${counter}`;
  const input = h("input.ff-input.ff-input--number", {
    id,
    type: "text",
    inputmode: decimals ? "decimal" : "numeric",
    maxlength: 7,
    autocomplete: "off",
    value,
    oninput: () => onInput(input.value),
  });
  const press = (key) => {
    input.value = key === "back" ? input.value.slice(0, -1) : `${input.value}${key}`.slice(0, 7);
    onInput(input.value);
  };
  const key = (sign, words = sign) =>
    h("button.ff-key", { type: "button", "aria-label": words, onclick: () => press(sign) }, sign);
  const keys = h(
    "div.ff-keys",
    { role: "group", "aria-label": t("Ziffern"), hidden: !open },
    ["1", "2", "3", "4", "5", "6", "7", "8", "9"].map((sign) => key(sign)),
    decimals ? key(",", t("Komma")) : h("span"),
    key("0"),
    h(
      "button.ff-key",
      { type: "button", "aria-label": t("Letzte Ziffer löschen"), onclick: () => press("back") },
      "⌫",
    ),
  );
  const toggle = h("button.ff-chip-button", {
    type: "button",
    "aria-expanded": String(open),
    "aria-label": t("Ziffern für {name}", { name: label }),
    onclick: () => {
      keys.hidden = !keys.hidden;
      toggle.setAttribute("aria-expanded", String(!keys.hidden));
    },
  }, t("Ziffern"));
  return h(
    "div.ff-text",
    { "data-field": field },
    h("label", { for: id }, label, unit && h("span.ff-unit", {}, ` (${unit})`)),
    h("div.ff-number", {}, input, toggle),
    keys,
  );
}

/** Typed text as a number: null for nothing; a problem sentence for what is none. */
export function numberOf(typed, { most, whole = false }) {
  const value = typedNumber(typed);
  if (value === null) return { value: null };
  if (Number.isNaN(value) || value < 0 || (whole && !Number.isInteger(value))) {
    return { value: null, problem: t("„{typed}“ ist keine Zahl, die hier passt.", { typed }) };
  }
  if (value > most) return { value: null, problem: t("Mehr als {most} ist nicht plausibel.", { most }) };
  return { value };
}
