/** What lies under the thumb: four words, the large round button between them, and the map's own buttons above. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { openScreen } from "baum/components/field/parts.js";
import { t } from "baum/io/words.js";

const barButton = (label, icon, name) =>
  h("button.field-bar__btn", { type: "button", onclick: () => openScreen(name) }, fieldIcon(icon), h("span", {}, label));

/** @param {HTMLElement} next the large round button */
export const barButtons = (next) => [
  barButton(t("Suchen"), "search", "search"),
  barButton(t("Scannen"), "scan", "scan"),
  next,
  barButton(t("Liste"), "list", "list"),
  barButton(t("Menü"), "menu", "menu"),
];

const round = (label, icon, onclick) =>
  h("button.field-round", { type: "button", title: label, onclick }, fieldIcon(icon), h("span.kern-sr-only", {}, label));

/**
 * Zoom and own position.
 *
 * @param {{zoom: (by: number) => void, follow: () => void}} deeds
 */
export function mapTools({ zoom, follow }) {
  const here = round(t("Eigene Position"), "position", follow);
  here.setAttribute("aria-pressed", "false");
  const element = h(
    "div.field-tools",
    { role: "group", "aria-label": t("Karte") },
    round(t("Näher heran"), "plus", () => zoom(1)),
    round(t("Weiter weg"), "minus", () => zoom(-1)),
    here,
  );
  element.setFollow = (on) => here.setAttribute("aria-pressed", String(on));
  return element;
}
