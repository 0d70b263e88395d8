/** Forms that end a tree: felled, vanished. */

import { write } from "baum/io/api.js";
import { t } from "baum/io/words.js";
import { DeedForm } from "baum/components/forms/deed_form.js";

export function fellForm({ data: { tree }, config, drafts }) {
  return new DeedForm({
    name: "fell",
    tree: tree.id,
    drafts,
    version: tree.version,
    submit: t("Baum {number} als gefällt melden", { number: tree.number }),
    lead: t("Der Baum verlässt die Kontrolle; sein Nachweis bleibt erhalten."),
    rows: [
      {
        name: "felled_on",
        label: t("gefällt am"),
        kind: "date",
        required: true,
        max: config.day,
        value: config.day,
      },
      { name: "reason", label: t("Fällgrund"), required: true, most: 300 },
      { name: "stump", label: t("Der Stubben steht noch"), kind: "check" },
    ],
    send: (values, version) => write("POST", `/api/v1/trees/${tree.id}/fell/`, values, { version }),
    done: () => t("Baum {number} ist als gefällt gemeldet.", { number: tree.number }),
  });
}

export function vanishForm({ data: { tree }, config, drafts }) {
  return new DeedForm({
    name: "vanish",
    tree: tree.id,
    drafts,
    version: tree.version,
    submit: t("Baum {number} als verschwunden melden", { number: tree.number }),
    lead: t("Für Bäume, die nicht mehr da sind, ohne dass eine Fällung bekannt ist."),
    rows: [
      {
        name: "on",
        label: t("festgestellt am"),
        kind: "date",
        required: true,
        max: config.day,
        value: config.day,
      },
      { name: "reason", label: t("Was ist bekannt?"), required: true, most: 300 },
    ],
    send: (values, version) => write("POST", `/api/v1/trees/${tree.id}/vanish/`, values, { version }),
    done: () => t("Baum {number} ist als verschwunden gemeldet.", { number: tree.number }),
  });
}
