/** The grip of a sheet from below: three heights by drag, click or arrow keys. */

import { t } from "baum/io/words.js";
import { h, tell } from "baum/components/elements.js";

const HEIGHTS = ["peek", "half", "full"];
const LABELS = { peek: t("klein"), half: t("halb"), full: t("ganz") };
/** Pixels of a drag that count as one step. */
const STEP = 40;

/** @param {HTMLElement} sheet its data-height is changed */
export function gripOf(sheet) {
  let from = null;
  const grip = h(
    "button.sheet-grip",
    { type: "button", "aria-label": t("Höhe der Baumkarte ändern") },
    h("span"),
  );
  const move = (by) => {
    const at = HEIGHTS.indexOf(sheet.dataset.height);
    sheet.dataset.height = HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, at + by))];
    tell(sheet, "sheet-moved");
    grip.title = LABELS[sheet.dataset.height];
  };
  grip.addEventListener("pointerdown", (event) => {
    from = event.clientY;
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointerup", (event) => {
    const way = from === null ? 0 : from - event.clientY;
    from = null;
    if (Math.abs(way) >= STEP) move(Math.sign(way) * (Math.abs(way) > 5 * STEP ? 2 : 1));
    else if (sheet.dataset.height === "full") sheet.dataset.height = "peek";
    else move(1);
  });
  grip.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1, Enter: 1, " ": 1 }[event.key];
    if (!by) return;
    event.preventDefault();
    move(by);
  });
  return grip;
}
