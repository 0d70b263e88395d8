/** Small pieces that the field app's screens are made of: large buttons, rows, choices, sizes in words. */

import { number } from "baum/core/formats.js";
import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { LANGUAGE, t } from "baum/io/words.js";

/** A button at least 56 pixels high: kind primary, plain or danger. */
export const tapButton = (label, { kind = "plain", icon = "", wide = false } = {}, attributes = {}) =>
  h(
    "button",
    {
      type: "button",
      ...attributes,
      class: `field-btn field-btn--${kind}${wide ? " field-btn--wide" : ""}`,
    },
    icon && fieldIcon(icon),
    h("span", {}, label),
  );

/** One of several: radio buttons as large rows; `value` is the chosen one. */
export function choices(name, legend, rows, chosen, onchange) {
  return h(
    "fieldset.field-choices",
    {},
    h("legend", {}, legend),
    rows.map(({ value, label, note }) =>
      h(
        "label.field-choice",
        {},
        h("input", {
          type: "radio",
          name,
          value,
          checked: value === chosen,
          onchange: () => onchange(value),
        }),
        h("span", {}, label, note ? h("small", {}, note) : null),
      )
    ),
  );
}

/** A tick with words. */
export const tick = (label, checked, onchange, note = "") =>
  h(
    "label.field-choice",
    {},
    h("input", { type: "checkbox", checked, onchange: (event) => onchange(event.target.checked) }),
    h("span", {}, label, note ? h("small", {}, note) : null),
  );

/** A labelled field. */
export function labelled(label, control, note = "") {
  return h("label.field-labelled", {}, h("span", {}, label), control, note ? h("small", {}, note) : null);
}

/** A section with a heading. */
export const part = (title, ...children) =>
  h("section.field-part", {}, h("h2.field-part__title", {}, title), children);

/** Bytes as people read them: "4,2 MB". */
export function sizeWords(bytes) {
  if (!Number.isFinite(bytes)) return t("unbekannt");
  if (bytes < 100_000) return t("{n} KB", { n: number(Math.ceil(bytes / 1000), LANGUAGE, 0) });
  if (bytes < 1e9) return t("{n} MB", { n: number(bytes / 1e6, LANGUAGE, bytes < 1e7 ? 1 : 0) });
  return t("{n} GB", { n: number(bytes / 1e9, LANGUAGE, 1) });
}

/** Seconds that are left, roughly. */
export function timeLeft(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 50) return t("noch etwa {n} Sekunden", { n: Math.max(5, Math.round(seconds / 5) * 5) });
  const minutes = Math.max(1, Math.round(seconds / 60));
  return minutes === 1 ? t("noch etwa eine Minute") : t("noch etwa {n} Minuten", { n: minutes });
}

/** Metres as people read them: "12 m", "1,2 km". */
export function metresWords(metres) {
  return metres < 950
    ? t("{n} m", { n: number(metres < 20 ? Math.round(metres) : Math.round(metres / 5) * 5, LANGUAGE, 0) })
    : t("{n} km", { n: number(metres / 1000, LANGUAGE, 1) });
}

/** Say something to the shell: a notice over the map. */
export function notice(kind, sentence, action = null) {
  document.dispatchEvent(new CustomEvent("field-notice", { detail: { kind, sentence, action } }));
}

/** Ask the shell for a tree's card. */
export function openTree(id) {
  document.dispatchEvent(new CustomEvent("field-open-tree", { detail: { id } }));
}

/** Ask the shell for a screen. */
export function openScreen(name, params = {}) {
  document.dispatchEvent(new CustomEvent("field-screen", { detail: { name, params } }));
}
