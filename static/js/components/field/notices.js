/** Short sentences over the map: what was saved, with ten seconds to take it back; one below the other. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { tapButton } from "baum/components/field/parts.js";
import { t } from "baum/io/words.js";

/** As long as an entry can be taken back; other sentences go sooner or stay. */
const UNDO_MS = 10_000;
const SHORT_MS = 6_000;
/** More would cover the map. */
const MOST = 2;

export const noticeHost = h("div.field-notices", { role: "status", "aria-live": "polite" });

/**
 * @param {"info"|"success"|"warning"|"danger"} kind a danger stays until it is closed
 * @param {string} sentence
 * @param {{label: string, run: () => void}|null} [action]
 */
export function showNotice(kind, sentence, action = null) {
  const box = h(
    "div.field-notice",
    { class: `field-notice--${kind}`, dataset: { kind }, role: kind === "danger" ? "alert" : null },
    h(
      "p.field-notice__words",
      {},
      sentence,
      kind === "success" && action ? ` ${t("Wird gesendet, sobald Netz da ist.")}` : "",
    ),
    action &&
      tapButton(action.label, {}, {
        onclick: () => {
          box.remove();
          action.run();
        },
      }),
    h(
      "button.field-round",
      { type: "button", title: t("Schließen"), onclick: () => box.remove() },
      fieldIcon("close"),
      h("span.kern-sr-only", {}, t("Schließen")),
    ),
  );
  noticeHost.append(box);
  while (noticeHost.children.length > MOST) noticeHost.firstChild.remove();
  if (kind !== "danger") setTimeout(() => box.remove(), action ? UNDO_MS : SHORT_MS);
}

/** A hint has been followed or passed by; what can be taken back and what went wrong stays. */
export function dropHints() {
  for (const box of noticeHost.querySelectorAll('[data-kind="info"]')) box.remove();
}
