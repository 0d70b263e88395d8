/** Part of the inspection: measures with urgency, what was done at once, and earlier measures that are done by now. */

import { newId } from "baum/io/ids.js";
import { day } from "baum/core/formats.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { checkChips, chipButton, ChipRow, textField } from "baum/components/field/chips.js";
import { rowOf } from "baum/components/field/inspect_result.js";

/** Rows of a catalogue that can be chosen. */
export const active = (rows) => (rows ?? []).filter((row) => row.active !== false);

/** Name of a catalogue's code; the code itself where this tablet does not know it. */
export const wordOf = (rows, code) => nameOf(rowOf(rows, code)) || code;

/** Urgency of one chosen measure. */
export function measureRows(state, measure) {
  const name = wordOf(state.reference.measure_kinds, measure.kind);
  const urgencies = active(state.reference.urgencies);
  const place = () => `measures.${state.measures().findIndex((each) => each.id === measure.id)}`;
  const row = new ChipRow({
    label: t("Dringlichkeit: {name}", { name }),
    field: place(),
    options: urgencies.map((each) => [each.code, nameOf(each), { look: each.immediate ? "urgent" : "" }]),
    value: measure.urgency,
    onChoose: (value) => {
      measure.urgency = value;
      state.changed();
    },
  });
  state.on(() => row.element.dataset.field = place());
  return row.element;
}

/**
 * Chips of kinds: the proposed ones first, "andere …" opens all; then the urgency of each chosen one.
 *
 * @param {object} state @param {{list: object[], proposed: string[], label: string}} options
 *   list: the measures that are chosen, changed in place
 */
export function measurePicker(state, { list, proposed, label }) {
  const rows = h("div.ff-measures");
  const all = h("div.ff-part__more", { hidden: true });
  const chips = h("div");
  const toggle = (kind, on) => {
    if (on) list.push({ id: newId(), kind, urgency: "", note: "" });
    else list.splice(0, list.length, ...list.filter((each) => each.kind !== kind));
    show();
    state.changed();
    if (on) rows.lastElementChild?.scrollIntoView({ block: "nearest" });
  };
  const options = (kinds) => kinds.map((each) => [each.code, nameOf(each)]);
  const others = chipButton(t("andere …"), () => {
    all.hidden = !all.hidden;
    others.setAttribute("aria-expanded", String(!all.hidden));
  }, { "aria-expanded": "false" });
  const show = () => {
    const kinds = active(state.reference.measure_kinds);
    const chosen = list.map((each) => each.kind);
    const near = [...new Set([...proposed, ...chosen])].map((code) => rowOf(kinds, code)).filter(Boolean);
    const far = kinds.filter((each) => !near.includes(each));
    const near_ = checkChips({ label, options: options(near), values: chosen, onToggle: toggle });
    near_.querySelector(".ff-chips").append(others);
    chips.replaceChildren(near_);
    all.replaceChildren(
      checkChips({
        label: t("Alle anderen Maßnahmen"),
        options: options(far),
        values: chosen,
        onToggle: toggle,
      }),
    );
    rows.replaceChildren(...list.map((each) => measureRows(state, each)));
  };
  show();
  return h("div.ff-part__more", {}, chips, all, rows);
}

/** Measures that belong to no finding; folded while there is none. */
export function extraMeasures(state) {
  const count = h("span.ff-count");
  const body = h("div");
  const element = h(
    "details.ff-part.ff-fold",
    { "data-field": "measures", open: state.extra.length > 0 },
    h("summary", {}, h("h3", {}, t("Maßnahme ohne Befund")), count),
    body,
  );
  const followed = new Set(state.reference.follow_up_kinds);
  body.append(measurePicker(state, {
    list: state.extra,
    proposed: [...followed].slice(0, 3),
    label: t("Maßnahme"),
  }));
  const update = () => {
    count.textContent = state.extra.length ? String(state.extra.length) : "";
  };
  state.on(update);
  update();
  return element;
}

/** "Unverzüglich" demands that it is written down what was done at once. */
export function immediatePart(state) {
  const acts = [
    t("Absperrung aufgestellt"),
    t("Weg gesperrt"),
    t("Bauhof angerufen"),
    t("Leitung angerufen"),
    t("Feuerwehr gerufen"),
  ];
  const { immediate } = state;
  const element = h(
    "section.ff-part.ff-immediate",
    { hidden: true, "data-field": "immediate_action", "aria-label": t("Was sofort getan wurde") },
    h("h3", {}, t("Was sofort getan wurde")),
    h(
      "p.ff-hint",
      {},
      t("Unverzüglich heißt: Heute wird gehandelt oder gesperrt. Dieser Eintrag wird zuerst gesendet."),
    ),
    checkChips({
      label: t("Getan"),
      quiet: true,
      options: acts.map((words) => [words, words]),
      values: immediate.chips,
      onToggle: (words, on) => {
        immediate.chips = acts.filter((each) => each === words ? on : immediate.chips.includes(each));
        state.changed();
      },
    }),
    h(
      "div.ff-pair",
      {},
      textField({
        label: t("wen erreicht"),
        value: immediate.whom,
        most: 120,
        onInput: (value) => {
          immediate.whom = value;
          state.changed();
        },
      }),
      textField({
        label: t("Bemerkung"),
        value: immediate.text,
        onInput: (value) => {
          immediate.text = value;
          state.changed();
        },
      }),
    ),
  );
  let shown = false;
  const update = () => {
    const now = state.isImmediate();
    element.hidden = !now;
    if (now && !shown) element.scrollIntoView({ block: "nearest" });
    shown = now;
  };
  state.on(update);
  update();
  return element;
}

/** Words of a measure: name, urgency, deadline. */
export function measureWords(measure, reference) {
  const deadline = measure.deadline_on ? t("bis {day}", { day: day(measure.deadline_on, LANGUAGE) }) : "";
  return {
    name: wordOf(reference.measure_kinds, measure.kind),
    when: [wordOf(reference.urgencies, measure.urgency), deadline].filter(Boolean).join(", "),
  };
}

/** Measures that were ordered before; one tap says that it is done. */
export function openMeasures(state) {
  const open = state.row.measures ?? [];
  if (!open.length) return null;
  return h(
    "section.ff-part",
    { "aria-label": t("Offene Maßnahmen") },
    h("h3", {}, t("Offene Maßnahmen")),
    open.map((measure) => openMeasure(state, measure)),
  );
}

function openMeasure(state, measure) {
  const { name, when } = measureWords(measure, state.reference);
  const more = h("div.ff-pair", { hidden: !state.done[measure.id] });
  const fields = () => {
    const done = state.done[measure.id];
    more.replaceChildren(
      textField({
        label: t("erledigt am"),
        type: "date",
        max: state.day,
        value: done.done_on,
        onInput: (value) => {
          done.done_on = value;
          state.changed();
        },
      }),
      textField({
        label: t("durch"),
        value: done.done_by,
        most: 160,
        onInput: (value) => {
          done.done_by = value;
          state.changed();
        },
      }),
    );
  };
  if (state.done[measure.id]) fields();
  return h(
    "div.ff-open-measure",
    { "data-field": `done.${measure.id}` },
    h("p", {}, h("strong", {}, name), h("span", {}, when), measure.note ? h("span", {}, measure.note) : null),
    checkChips({
      label: name,
      quiet: true,
      options: [["done", t("ist erledigt")]],
      values: state.done[measure.id] ? ["done"] : [],
      onToggle: (_value, on) => {
        if (on) {
          state.done[measure.id] = {
            id: newId(),
            done_on: state.day,
            done_by: measure.contractor ?? state.ctx.person.name,
          };
          fields();
        } else delete state.done[measure.id];
        more.hidden = !on;
        state.changed();
      },
    }),
    more,
  );
}
