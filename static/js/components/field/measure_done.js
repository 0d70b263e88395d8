/** Reports a measure done: when, by whom, with a photo where one helps. */

import { day } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { chipsOrWords, textField } from "baum/components/field/chips.js";
import { dayField } from "baum/components/field/day_field.js";
import { Deed } from "baum/components/field/deed.js";
import { measureWords } from "baum/components/field/inspect_measures.js";
import { photoStrip } from "baum/components/field/photo_take.js";
import { treeTitle } from "baum/components/field/tree_words.js";

/** @param {object} ctx @param {object} row @param {object} measure of row.measures */
export async function openDone(ctx, row, measure) {
  const { name, when } = measureWords(measure, ctx.reference);
  const deed = await new Deed({
    ctx,
    name: "measure-done",
    subject: measure.id,
    values: { done_on: ctx.day, done_by: measure.contractor ?? ctx.person.name, note: "" },
    frame: {
      title: t("Erledigt: {name}", { name }),
      sub: [treeTitle(row), when].join(" · "),
      submit: t("Als erledigt speichern"),
    },
    check: (values) => problems(values, measure, ctx.day),
    order: (values) => ({
      kind: "measure_done",
      tree: row.id,
      treeVersion: row.version,
      body: {
        measure: measure.id,
        done_on: values.done_on,
        done_by: values.done_by.trim(),
        note: values.note.trim(),
      },
    }),
    sentence: () => t("„{name}“ ist als erledigt gespeichert.", { name }),
    done: () => ctx.open(row.id),
  }).restore(() => openDone(ctx, row, measure));
  deed.frame.add(
    dayField(deed, { label: t("erledigt am"), field: "done_on", today: ctx.day }),
    byWhom(deed, measure),
    h(
      "section.ff-part",
      {},
      h("h3", {}, t("Foto")),
      photoStrip(deed, null, { extra: { measure: measure.id } }),
    ),
    textField({
      label: t("Bemerkung"),
      value: deed.values.note,
      most: 2000,
      onInput: (value) => deed.set("note", value),
    }),
  );
  return deed.frame.enter();
}

function problems({ done_on, done_by }, measure, today) {
  const found = {};
  if (!done_on || done_on > today) found.done_on = [t("Der Tag liegt in der Zukunft oder fehlt.")];
  else if (measure.ordered_on && done_on < measure.ordered_on) {
    found.done_on = [t("Angeordnet wurde erst am {day}.", { day: day(measure.ordered_on, LANGUAGE) })];
  }
  if (!done_by.trim()) found.done_by = [t("Es fehlt, wer es getan hat.")];
  return found;
}

/** Whoever is likely, as chips; else in words. */
function byWhom(deed, measure) {
  const likely = [...new Set([measure.contractor, deed.ctx.person.name, t("Bauhof")].filter(Boolean))];
  const { element, update } = chipsOrWords({
    label: t("erledigt durch"),
    field: "done_by",
    offered: () => likely,
    value: () => deed.values.done_by,
    other: t("oder jemand anders"),
    most: 160,
    onChoose: (value) => deed.set("done_by", value),
  });
  deed.on(update);
  return element;
}
