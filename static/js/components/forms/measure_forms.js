/** Forms about measures: order, mark done, cancel, replace; and young-tree care. */

import { write } from "baum/io/api.js";
import { catalogues, contractors } from "baum/io/catalogues.js";
import { newId } from "baum/io/ids.js";
import { nameOf, t } from "baum/io/words.js";
import { DeedForm } from "baum/components/forms/deed_form.js";

/** Active rows of a catalogue as [code, words]. */
export const options = (rows) =>
  (rows ?? []).filter((row) => row.active !== false).map((row) => [row.code, nameOf(row)]);

const kindField = (words) => ({
  name: "kind",
  label: t("Maßnahme"),
  kind: "pick",
  required: true,
  rows: options(words.measure_kinds),
});
const urgencyField = (words) => ({
  name: "urgency",
  label: t("Dringlichkeit"),
  kind: "choice",
  required: true,
  options: options(words.urgencies),
});
const noteField = { name: "note", label: t("Bemerkung"), kind: "textarea" };

/** Send a deed about one measure, guarded by the version that was seen. */
const deed = (row, name, values, version) =>
  write("POST", `/api/v1/measures/${row.id}/${name}/`, values, { version });

export async function orderForm({ data: { tree }, config, drafts }) {
  const [words, firms] = await Promise.all([
    catalogues(config.catalogues_url),
    contractors().catch(() => []),
  ]);
  return new DeedForm({
    name: "order-measure",
    tree: tree.id,
    drafts,
    submit: t("Maßnahme anordnen"),
    rows: [
      kindField(words),
      urgencyField(words),
      firms.length
        ? {
          name: "contractor",
          label: t("Auftragnehmer"),
          kind: "select",
          options: firms.map((row) => [row.id, row.organisation || row.name]),
        }
        : null,
      noteField,
    ].filter(Boolean),
    send: (values, _version, id) =>
      write("POST", "/api/v1/measures/", {
        id,
        tree: tree.id,
        ...values,
        contractor: values.contractor || null,
      }),
    done: () => t("Die Maßnahme ist angeordnet."),
  });
}

export function completeForm({ row, config, drafts }) {
  return new DeedForm({
    name: "complete-measure",
    tree: row.id,
    drafts,
    version: row.version,
    submit: t("„{name}“ als erledigt melden", { name: row.kind_name ?? row.kind }),
    rows: [
      {
        name: "done_on",
        label: t("erledigt am"),
        kind: "date",
        required: true,
        max: config.day,
        value: config.day,
      },
      {
        name: "done_by",
        label: t("erledigt durch"),
        required: true,
        most: 160,
        value: config.user.name ?? "",
        hint: t("Person oder Firma."),
      },
      { name: "file", label: t("Foto"), kind: "file" },
      noteField,
    ],
    send: async ({ file, ...values }, version) => {
      const photo = file
        ? (await sendPhoto(row.tree, file, t("erledigt: {name}", { name: row.kind_name ?? row.kind }))).id
        : null;
      return deed(row, "complete", photo ? { ...values, photo } : values, version);
    },
    done: () => t("Die Maßnahme ist als erledigt gemeldet."),
  });
}

export function cancelForm({ row, drafts }) {
  return new DeedForm({
    name: "cancel-measure",
    tree: row.id,
    drafts,
    version: row.version,
    submit: t("„{name}“ verwerfen", { name: row.kind_name ?? row.kind }),
    lead: t("Die Maßnahme wird nicht ausgeführt; sie bleibt mit der Begründung nachlesbar."),
    rows: [{ name: "reason", label: t("Begründung"), required: true, most: 300 }],
    send: (values, version) => deed(row, "cancel", values, version),
    done: () => t("Die Maßnahme ist verworfen."),
  });
}

export async function replaceMeasureForm({ row, config, drafts }) {
  const words = await catalogues(config.catalogues_url);
  return new DeedForm({
    name: "replace-measure",
    tree: row.id,
    drafts,
    version: row.version,
    submit: t("Maßnahme ersetzen"),
    lead: t("„{name}“ endet, die neue Maßnahme tritt an ihre Stelle.", { name: row.kind_name ?? row.kind }),
    rows: [kindField(words), urgencyField(words), {
      name: "reason",
      label: t("Warum statt der alten?"),
      required: true,
      most: 300,
    }, noteField],
    send: (values, version, id) => deed(row, "replace", { ...values, id }, version),
    done: () => t("Die Maßnahme ist ersetzt."),
  });
}

export async function careForm({ data: { tree }, config, drafts }) {
  const words = await catalogues(config.catalogues_url);
  const care = (words.measure_kinds ?? []).filter((kind) => kind.young_tree_care);
  return new DeedForm({
    name: "record-care",
    tree: tree.id,
    drafts,
    submit: t("Pflege melden"),
    lead: t("Pflege von Jungbäumen zählt für die Zeit, in der keine eigene Kontrolle nötig ist."),
    rows: [
      {
        name: "kind",
        label: t("Pflege"),
        kind: "choice",
        required: true,
        options: options(care),
        value: care[0]?.code,
      },
      {
        name: "done_on",
        label: t("erledigt am"),
        kind: "date",
        required: true,
        max: config.day,
        value: config.day,
      },
      {
        name: "done_by",
        label: t("erledigt durch"),
        required: true,
        most: 160,
        value: config.user.name ?? "",
      },
      noteField,
    ],
    send: (values, _version, id) => write("POST", `/api/v1/trees/${tree.id}/care/`, { ...values, id }),
    done: () => t("Die Pflege ist eingetragen."),
  });
}

/** Upload one photo; used by photo_form.js and inspection_form.js, too. */
export function sendPhoto(tree, file, caption = "", id = newId()) {
  const body = new FormData();
  body.append("id", id);
  body.append("tree", tree);
  body.append("file", file);
  if (caption) body.append("caption", caption);
  return write("POST", "/api/v1/photos/", body);
}
