/** Shows both values of a stale write and lets choose; used by deed_form.js. */

import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { alertBox, button, h } from "baum/components/elements.js";

/** A value as people write it; the server sends decimals as text. */
function words(value) {
  if (value === null || value === undefined || value === "") return t("leer");
  return /^-?\d+\.\d+$/.test(String(value)) ? number(value, LANGUAGE, 2) : String(value);
}

/**
 * @param {{field: string, label: string, yours: any, theirs: any}[]} conflicts
 * @param {(kept: {field: string, theirs: any, keep: "yours"|"theirs"}[]) => void} onChosen
 */
export function conflictBox(conflicts, onChosen) {
  const rows = conflicts.map((conflict, i) => ({ ...conflict, name: `conflict-${i}` }));
  const choice = (row, keep, value) =>
    h(
      "label.baum-choice",
      {},
      h("input", { type: "radio", name: row.name, value: keep, checked: keep === "yours" }),
      h("span", {}, words(value)),
    );
  const table = rows.length
    ? h(
      "table.baum-table.conflict",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, t("Feld")),
          h("th", { scope: "col" }, t("Ihre Eingabe")),
          h("th", { scope: "col" }, t("Jetzt gespeichert")),
        ),
      ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, row.label),
            h("td", {}, choice(row, "yours", row.yours_words ?? row.yours)),
            h("td", {}, choice(row, "theirs", row.theirs_words ?? row.theirs)),
          )
        ),
      ),
    )
    : null;
  const box = alertBox(
    "warning",
    t("Jemand hat diesen Baum inzwischen geändert."),
    h(
      "p.kern-body",
      {},
      rows.length
        ? t("Wählen Sie je Feld, was gelten soll. Alles andere bleibt, wie es jetzt gespeichert ist.")
        : t("Ihre Eingaben widersprechen dem nicht. Sie können sie so speichern."),
    ),
    table,
    button(t("So speichern"), { kind: "primary" }, {
      onclick: () =>
        onChosen(
          rows.map((row) => ({
            field: row.field,
            theirs: row.theirs,
            keep: box.querySelector(`input[name="${row.name}"]:checked`).value,
          })),
        ),
    }),
  );
  return box;
}
