/** How an inspection stands before the first tap: carried over, preset, or taken from the record to correct. */

import { carriedBody } from "baum/core/field/carry_over.js";
import { inspectionKind, leafState, phaseProposal, speciesOf } from "baum/core/field/presets.js";
import { newId } from "baum/io/ids.js";

const EMPTY = Object.freeze({
  inspection_kind: "",
  leaf_state: "",
  vitality: "",
  condition: "",
  phase: "",
  result: "",
  expectation: "",
  weather: "",
  limits: [],
  limits_note: "",
  note: "",
  set_months: null,
  interval_reason: "",
  also_regular: false,
});
/** Values that the inspection before knows, and that are marked as such. */
const CARRIED = ["condition", "phase", "expectation", "vitality"];

const pickValues = (body) =>
  Object.fromEntries(Object.keys(EMPTY).map((name) => [name, body[name] ?? structuredClone(EMPTY[name])]));

/** A finding with room for measures that are ordered for it. */
export const withMeasures = (finding) => ({ measures: [], ...finding });

/** Chips, addressee and words of the immediate action as one text. */
export function immediateText({ chips, whom, text }) {
  const said = [chips.join(", "), whom.trim() && `(${whom.trim()})`].filter(Boolean).join(" ");
  return [said, text.trim()].filter(Boolean).join(" – ");
}

/**
 * The fields of an Inspecting that a person changes.
 *
 * @param {{row: object, reference: object, day: string, old: ?object, last: ?object, earlier: object[],
 *   quick: {allowed: boolean}, block: string}} state
 */
export function beginning(state) {
  const common = { extra: [], done: {}, photos: [], reasonText: "" };
  const immediate = { chips: [], whom: "", text: state.old?.immediate_action ?? "" };
  if (state.old) return { ...common, immediate, ...corrected(state.old, state.row) };
  return { ...common, immediate, ...(state.last ? carriedOver(state) : fresh(state)) };
}

/** All of the inspection before; its findings only where one tap may carry them over. */
function carriedOver({ row, reference, day, earlier, quick }) {
  const carried = carriedBody(row, reference, day, newId);
  const values = { ...pickValues(carried), inspection_kind: inspectionKind(row) };
  const marks = Object.fromEntries(CARRIED.filter((name) => values[name]).map((name) => [name, "carried"]));
  return {
    values,
    marks: { ...marks, leaf_state: "season" },
    findings: quick.allowed ? carried.findings.map(withMeasures) : [],
    endings: [],
    chips: quick.allowed ? Object.fromEntries(earlier.map((each) => [each.id, "carried"])) : {},
    resultTouched: false,
  };
}

/** A tree that nobody has inspected yet. */
function fresh({ row, reference, day, block }) {
  const planted = row.planted_year ?? (row.planted_on ? Number(row.planted_on.slice(0, 4)) : null);
  const proposed = phaseProposal(planted, day, speciesOf(row, reference)?.phase_limit_years);
  return {
    values: {
      ...pickValues(EMPTY),
      inspection_kind: inspectionKind(row),
      leaf_state: leafState(row, reference, day),
      vitality: block,
      phase: row.phase || proposed,
      expectation: row.effective_expectation ?? row.expectation ?? "",
    },
    marks: { leaf_state: "season", ...(!row.phase && proposed ? { phase: "proposed" } : {}) },
    findings: [],
    endings: [],
    chips: {},
    resultTouched: false,
  };
}

/** The record as it was written, to be changed where it is wrong. */
function corrected(old, row) {
  const values = pickValues({
    ...old,
    inspection_kind: old.kind,
    expectation: old.expectation || (row.effective_expectation ?? ""),
    set_months: old.set_months === old.proposed_months ? null : old.set_months ?? null,
    limits: [...(old.limits ?? [])],
  });
  const again = { note: "", observation: "seen", continues: null, photos: [] };
  return {
    values,
    marks: {},
    findings: (old.findings ?? []).map((each) => withMeasures({ ...again, ...each, id: newId() })),
    endings: (old.endings ?? []).map((each) => ({ ...each })),
    chips: {},
    resultTouched: true,
  };
}
