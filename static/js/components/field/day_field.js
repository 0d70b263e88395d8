/** A day by one tap (today, yesterday) or by the device's own calendar. */

import { plusDays } from "baum/core/formats.js";
import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { ChipRow, textField } from "baum/components/field/chips.js";

/**
 * @param {{values: object, set: Function, on: Function}} deed
 * @param {{label: string, field: string, today: string}} options
 */
export function dayField(deed, { label, field, today }) {
  const chips = new ChipRow({
    label,
    options: [[today, t("heute")], [plusDays(today, -1), t("gestern")]],
    value: deed.values[field],
    onChoose: (value) => deed.set(field, value),
  });
  const other = textField({
    label: t("oder am"),
    type: "date",
    max: today,
    value: deed.values[field],
    onInput: (value) => deed.set(field, value),
  });
  const input = other.querySelector("input");
  deed.on(() => {
    chips.set(deed.values[field]);
    if (input !== document.activeElement) input.value = deed.values[field];
  });
  return h("section.ff-part.ff-pair", { "data-field": field }, chips.element, other);
}
