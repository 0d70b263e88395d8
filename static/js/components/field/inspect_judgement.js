/** Part of the inspection: leaf state, condition, phase, expectation, vitality, kind, as rows of chips. */

import { addMonths } from "baum/core/field/intervals.js";
import { day } from "baum/core/formats.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { checkChips, ChipRow } from "baum/components/field/chips.js";

const CUT_MONTHS = { S: 60, K: 120 };

/** Where a value comes from, in words. */
const markWords = () => ({
  carried: t("übernommen"),
  season: t("nach Jahreszeit"),
  proposed: t("nach Standzeit"),
  alike: t("Wie beim vorigen Baum"),
});

const short = () => ({
  condition: [["sound", t("gesund oder leicht geschädigt")], ["damaged", t("stärker geschädigt")]],
  expectation: [["lower", t("geringere")], ["higher", t("höhere")]],
});

const rows = (state) => [
  ["leaf_state", t("Belaubung"), Object.entries(WORDS.leafState)],
  ["condition", t("Zustand"), short().condition],
  ["phase", t("Entwicklungsphase"), Object.entries(WORDS.phase)],
  ["expectation", t("Sicherheitserwartung"), short().expectation],
  ["vitality", t("Vitalität"), vitalities(state)],
];

/** Vitality as chips; what a recorded cut rules out cannot be chosen. */
function vitalities(state) {
  const rated = Object.entries(WORDS.vitality).map(([value, words]) => [
    value,
    words,
    { disabled: Boolean(state.block) && value !== state.block },
  ]);
  return [...rated, ["", t("keine Angabe")]];
}

/** Why vitality cannot be rated, and until when. */
function blockHint(state) {
  if (!state.block) return "";
  const on = state.block === "K" ? state.row.topped_on : state.row.cut_on;
  const until = addMonths(on, CUT_MONTHS[state.block]);
  const values = { day: day(on, LANGUAGE), until: day(until, LANGUAGE) };
  return state.block === "K"
    ? t("Kappung am {day}: 0 bis 3 ist erst ab {until} wieder einzustufen.", values)
    : t("Stärkerer Schnitt am {day}: 0 bis 3 ist erst ab {until} wieder einzustufen.", values);
}

/**
 * @param {import("baum/components/field/inspect_state.js").Inspecting} state
 * @param {{kinds?: boolean}} [options] kinds: offer the kind of inspection, too
 */
export function judgement(state, { kinds = true } = {}) {
  const marks = markWords();
  const made = rows(state).map(([name, label, options]) => {
    const row = new ChipRow({
      label,
      field: name,
      options,
      value: state.values[name],
      mark: marks[state.marks[name]],
      hint: name === "vitality" ? blockHint(state) : "",
      onChoose: (value) => state.set(name, value),
    });
    return [name, row];
  });
  state.on(() => {
    for (const [name, row] of made) {
      row.set(state.values[name]);
      row.say({ mark: marks[state.marks[name]] ?? "" });
    }
  });
  return h("section.ff-part.ff-judgement", { "aria-label": t("Beurteilung") }, [
    made.map(([, row]) => row.element),
    kinds ? kindRow(state) : null,
  ]);
}

function kindRow(state) {
  const kinds = state.reference.inspection_kinds.filter((each) =>
    each.active !== false || each.code === state.values.inspection_kind
  );
  const regular = new Set(kinds.filter((each) => each.counts_as_regular).map((each) => each.code));
  const also = checkChips({
    label: t("Regeltermin"),
    quiet: true,
    options: [["also", t("gilt auch als Regelkontrolle")]],
    values: state.values.also_regular ? ["also"] : [],
    onToggle: (_value, on) => state.set("also_regular", on),
  });
  const row = new ChipRow({
    label: t("Kontrollart"),
    field: "inspection_kind",
    options: kinds.map((each) => [each.code, nameOf(each)]),
    value: state.values.inspection_kind,
    onChoose: (value) => {
      if (regular.has(value)) state.values.also_regular = false;
      state.set("inspection_kind", value);
    },
  });
  const update = () => {
    row.set(state.values.inspection_kind);
    also.hidden = regular.has(state.values.inspection_kind);
    also.querySelector("input").checked = state.values.also_regular;
  };
  state.on(update);
  update();
  return h("div", {}, row.element, also);
}

/** The result that follows from what was entered, and one tap to another one. */
export function resultRow(state) {
  const row = new ChipRow({
    label: t("Ergebnis"),
    field: "result",
    options: Object.entries(WORDS.result).map(([value, words]) => [value, words, { look: value }]),
    value: state.values.result,
    onChoose: (value) => state.set("result", value),
  });
  const update = () => {
    const proposed = state.proposedResult();
    row.set(state.values.result);
    row.say({
      mark: state.values.result === proposed ? t("vorgeschlagen") : "",
      hint: state.values.result === proposed || state.old
        ? ""
        : t("Vorschlag nach den Eingaben: {result}.", { result: WORDS.result[proposed] }),
    });
  };
  state.on(update);
  update();
  return row.element;
}
