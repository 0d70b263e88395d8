/** Progress of long work with what is left and a way to stop; used by "Mitnehmen". */

import { h } from "baum/components/elements.js";
import { sizeWords, tapButton, timeLeft } from "baum/components/field/parts.js";
import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";

/** What is being fetched. */
const STEPS = {
  reference: () => t("Kataloge"),
  changes: () => t("Liste der Bäume"),
  trees: () => t("Bäume"),
  thumbs: () => t("Vorschaubilder"),
  thumbnails: () => t("Vorschaubilder"),
  tiles: () => t("Karte"),
};

/**
 * @param {string} title
 * @param {() => void} stop
 * @returns {{element: HTMLElement, show: (at: {step: string, done: number, total: number, bytes?: number}) => void}}
 */
export function progressBox(title, stop) {
  const bar = h("progress.field-progress__bar", { max: "1", "aria-label": title });
  const said = h("p.field-progress__words", {});
  const element = h(
    "div.field-progress",
    {},
    h("h2.field-part__title", {}, title),
    bar,
    said,
    tapButton(t("Anhalten"), { icon: "close" }, { onclick: stop }),
  );
  let [step, since] = ["", 0];
  return {
    element,
    show(at) {
      if (at.step !== step) [step, since] = [at.step, performance.now()];
      const share = at.total ? at.done / at.total : 0;
      bar.value = share;
      const seconds = (performance.now() - since) / 1000;
      const left = share > 0.02 && share < 1 && seconds > 1 ? timeLeft(seconds / share - seconds) : "";
      const count = at.total
        ? t("{done} von {total}", { done: number(at.done, LANGUAGE, 0), total: number(at.total, LANGUAGE, 0) })
        : "";
      said.textContent = [STEPS[at.step]?.() ?? "", count, at.bytes ? sizeWords(at.bytes) : "", left]
        .filter(Boolean).join(" · ");
    },
  };
}
