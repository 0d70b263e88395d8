/** Tabs "Fotos" and "Verlauf" of the tree card. */

import { day, moment, number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { button, h, tell } from "baum/components/elements.js";

/** @param {object} data card @param {(door: string) => boolean} may */
export function photos(data, may) {
  const rows = data.photos ?? [];
  return [
    may("upload_photo") &&
    button(t("Foto hinzufügen"), { icon: "add" }, {
      onclick: (event) => tell(event.target, "card-act", { name: "photo" }),
    }),
    rows.length
      ? h(
        "ul.photo-grid",
        {},
        rows.map((row) =>
          h(
            "li",
            {},
            h(
              "a",
              { href: row.url, target: "_blank", rel: "noopener" },
              h("img", {
                src: row.thumb_url,
                alt: row.caption || t("Foto vom {day}", { day: day(row.taken_at, LANGUAGE) }),
                loading: "lazy",
              }),
            ),
            h("p", {}, day(row.taken_at, LANGUAGE), row.caption ? ` – ${row.caption}` : ""),
          )
        ),
      )
      : h("p.baum-empty", {}, t("Noch keine Fotos.")),
  ];
}

/** A value of the history in words. */
function valueWords(value) {
  if (value === null || value === undefined || value === "") return t("leer");
  if (value === true) return t("ja");
  if (value === false) return t("nein");
  if (typeof value === "number") return Number.isInteger(value) ? String(value) : number(value, LANGUAGE, 2);
  if (Array.isArray(value)) return value.length ? value.join(", ") : t("leer");
  if (typeof value === "object") return JSON.stringify(value);
  return /^\d{4}-\d{2}-\d{2}$/.test(value) ? day(value, LANGUAGE) : String(value);
}

const OP_WORDS = {
  insert: t("angelegt"),
  update: t("geändert"),
  delete: t("entfernt"),
  I: t("angelegt"),
  U: t("geändert"),
  D: t("entfernt"),
};

/** @param {{at: string, by: string, op: string, changes: object[], about?: string}[]} rows newest first */
export function history(rows) {
  if (!rows.length) return [h("p.baum-empty", {}, t("Noch keine Änderungen."))];
  return [
    h(
      "ol.history",
      {},
      rows.map((row) =>
        h(
          "li",
          {},
          h(
            "p.history__head",
            {},
            h("strong", {}, moment(row.at, LANGUAGE)),
            ` ${row.by || t("System")} `,
            h("span.baum-muted", {}, [row.about, OP_WORDS[row.op] ?? row.op].filter(Boolean).join(" ")),
          ),
          row.reason ? h("p.baum-muted", {}, row.reason) : null,
          (row.changes ?? []).length
            ? h(
              "ul.history__changes",
              {},
              row.changes.map((change) =>
                h(
                  "li",
                  {},
                  h("span.history__label", {}, `${change.label ?? change.field}: `),
                  row.op === "insert" || row.op === "I"
                    ? valueWords(change.new)
                    : [h("del", {}, valueWords(change.old)), " → ", h("ins", {}, valueWords(change.new))],
                )
              ),
            )
            : null,
        )
      ),
    ),
  ];
}
