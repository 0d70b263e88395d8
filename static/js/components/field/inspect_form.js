/** The inspection with findings, or a correction of one: all parts on one page, one button that saves and goes on. */

import { getMeta, setMeta } from "baum/io/field/meta.js";
import { day, moment } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { screens } from "baum/components/field/screens.js";
import { chipButton, chipsOrWords, textField } from "baum/components/field/chips.js";
import { Draft } from "baum/components/field/form_drafts.js";
import { FormFrame, store } from "baum/components/field/form_frame.js";
import { earlierPart } from "baum/components/field/inspect_earlier.js";
import { findingsPart } from "baum/components/field/inspect_findings.js";
import { intervalPart } from "baum/components/field/inspect_interval.js";
import { judgement, resultRow } from "baum/components/field/inspect_judgement.js";
import { limitsPart } from "baum/components/field/inspect_limits.js";
import { extraMeasures, immediatePart, openMeasures } from "baum/components/field/inspect_measures.js";
import { ALIKE, Inspecting } from "baum/components/field/inspect_state.js";
import { photoStrip } from "baum/components/field/photo_take.js";
import { speciesWords, treeTitle } from "baum/components/field/tree_words.js";

const PREVIOUS = "previous-inspection";

/** The draft of a tree, laid into the state; says when it was typed. */
export async function withDraft(state, name) {
  state.draft = new Draft(state.ctx.person.id, name, state.old?.id ?? state.row.id);
  const found = await state.draft.find();
  return found && state.restore(found.values) ? found : null;
}

/** Say that an earlier draft is back, and let it go with one tap. */
export function sayDraft(frame, found, again) {
  if (!found) return;
  const at = moment(new Date(found.at).toISOString(), LANGUAGE);
  frame.note(
    t("Eingaben vom {moment} sind wieder da; gespeichert sind sie noch nicht.", { moment: at }),
    chipButton(t("Eingaben verwerfen"), again),
  );
}

/**
 * Open the form.
 *
 * @param {object} ctx @param {object} row
 * @param {{state?: Inspecting, old?: object}} [options] state: begun elsewhere; old: the inspection to correct
 */
export async function openInspection(ctx, row, { state = null, old = null } = {}) {
  const own = state ?? new Inspecting({ ctx, row, mode: old ? "correct" : "full", old });
  const found = state ? null : await withDraft(own, old ? "correct" : "inspect");
  own.mode = old ? "correct" : "full";
  const previous = old ? null : await getMeta(PREVIOUS);
  const frame = new FormFrame({
    name: "inspect",
    title: old ? t("Kontrolle berichtigen") : t("Kontrolle {title}", { title: treeTitle(row) }),
    sub: old
      ? t("Kontrolle vom {day}; der alte Eintrag bleibt erhalten.", { day: day(old.inspected_on, LANGUAGE) })
      : speciesWords(row, own.reference),
    submit: old ? t("Berichtigung speichern") : t("Speichern und weiter"),
    onSubmit: () => saveInspection(own, frame),
  });
  sayDraft(frame, found, async () => {
    await own.draft.drop();
    openInspection(ctx, row, { old });
  });
  const result = resultRow(own);
  frame.add(
    old ? reasonPart(own) : null,
    old ? null : alikePart(own, previous?.tree === row.id ? null : previous),
    earlierPart(own),
    findingsPart(own),
    immediatePart(own),
    old ? null : openMeasures(own),
    h("section.ff-part", { "aria-label": t("Ergebnis") }, result),
    judgement(own),
    intervalPart(own),
    limitsPart(own),
    old ? null : extraMeasures(own),
    closing(own),
  );
  follow(own, frame);
  frame.enter();
  return frame;
}

/** What will be saved, in one line above the button; problems go as soon as they are mended. */
function follow(state, frame) {
  const say = () => {
    const due = state.setsDate() ? state.dueOn() : null;
    frame.summary.replaceChildren(
      h("strong", { class: `ff-result--${state.values.result}` }, WORDS.result[state.values.result] ?? ""),
      due ? h("span", {}, t("nächste Kontrolle {day}", { day: day(due, LANGUAGE) })) : "",
    );
    if (frame.tried) frame.show(state.problems(t), { focus: false });
  };
  state.on(say);
  say();
}

const closing = (state) =>
  h(
    "section.ff-part",
    { "aria-label": t("Bemerkung und Fotos") },
    h("h3", {}, t("Foto des Baumes")),
    photoStrip(state, null),
    textField({
      label: t("Bemerkung"),
      field: "note",
      most: 5000,
      value: state.values.note,
      onInput: (value) => state.set("note", value),
    }),
  );

/** Take the judgement of the tree before, for a row of alike trees. */
function alikePart(state, previous) {
  if (!previous || previous.person !== state.ctx.person.id) return null;
  const words = ALIKE.map((name) => wordsOf(name, previous.values[name])).filter(Boolean).join(", ");
  return h(
    "section.ff-part.ff-alike",
    { "aria-label": t("Wie beim vorigen Baum") },
    chipButton(
      t("Wie beim vorigen Baum ({number})", { number: previous.number }),
      () => state.takeOver(previous.values),
    ),
    h("p.ff-hint", {}, words),
  );
}

const LISTS = { leaf_state: "leafState" };
const wordsOf = (name, value) => WORDS[LISTS[name] ?? name]?.[value] ?? "";

/** Why an inspection is corrected; asked first, because it is the point of the form. */
function reasonPart(state) {
  const listed = [t("Vertippt"), t("Befund vergessen"), t("Falscher Baum gewählt"), t("Neu beurteilt")];
  const { element, update } = chipsOrWords({
    label: t("Was wird berichtigt?"),
    field: "correction_reason",
    offered: () => listed,
    value: () => state.reasonText,
    other: t("oder in eigenen Worten"),
    onChoose: (value) => {
      state.reasonText = value;
      state.changed();
    },
  });
  state.on(update);
  return element;
}

/** Measures reported done in the form, as entries of their own; a draft may name one that is done by now. */
const doneOrders = (state) =>
  Object.entries(state.done).filter(([id]) => (state.row.measures ?? []).some((each) => each.id === id)).map((
    [measure, { id, done_on, done_by }],
  ) => ({
    id,
    kind: "measure_done",
    tree: state.row.id,
    treeVersion: state.row.version,
    body: { measure, done_on, done_by: done_by.trim(), note: "" },
  }));

/** Problems of measures that are reported done. */
function doneProblems(state) {
  const problems = {};
  for (const [id, { done_on, done_by }] of Object.entries(state.done)) {
    if (!done_on || done_on > state.day) {
      problems[`done.${id}`] = [t("Der Tag liegt in der Zukunft oder fehlt.")];
    } else if (!done_by.trim()) problems[`done.${id}`] = [t("Es fehlt, wer es getan hat.")];
  }
  return problems;
}

/** Check, keep on the device, open the next tree. */
export async function saveInspection(state, frame) {
  await Promise.allSettled([...state.pending]);
  frame.tried = true;
  if (!frame.show({ ...state.problems(t), ...doneProblems(state) })) return;
  const { ctx, row } = state;
  const order = {
    id: state.entryId,
    kind: "inspection",
    tree: row.id,
    treeVersion: row.version,
    body: state.body(),
    photos: state.photos.map((photo) => ({ ...photo })),
    ...(ctx.settings?.measures_work ? { work: workOf(state) } : {}),
  };
  const kept = state.draftValues();
  // The inspection last: a page killed in between comes back with a draft that still fits the tree.
  await store(ctx, [...doneOrders(state), order], {
    saved: state.saved,
    sentence: t("{title} ist gespeichert.", { title: treeTitle(row) }),
    undone: async () => {
      state.draft.keep(kept);
      await state.draft.running;
      ctx.open(row.id);
    },
  });
  state.draft?.drop();
  await remember(state);
  screens.close();
  if (state.old) ctx.open(row.id);
  else ctx.next();
}

/** Seconds at the tree and metres from it; only where the city has agreed to measure. */
function workOf(state) {
  const here = state.ctx.map.position?.();
  const metres = here ? Math.round(state.ctx.metresTo?.(state.row, here) ?? NaN) : NaN;
  return {
    seconds: Math.round((Date.now() - state.opened) / 1000),
    metres: Number.isFinite(metres) ? metres : null,
  };
}

async function remember(state) {
  const values = Object.fromEntries(ALIKE.map((name) => [name, state.values[name]]));
  await setMeta(PREVIOUS, {
    tree: state.row.id,
    number: state.row.number,
    person: state.ctx.person.id,
    values,
  });
}
