// Lays what was entered on this tablet, and is not yet in the server's rows, over those rows.

import { addMonths, berlinDay } from "baum/core/field/days.js";
import { immediateCodes, parsed } from "baum/core/field/entries.js";
import { rulesOf } from "baum/core/field/intervals.js";
import { planAfter, planControl, planNow, proposalFor, setsRegularDate } from "baum/core/field/plan.js";
import { plusDays } from "baum/core/formats.js";

/** Entries of these states are not yet in the server's rows (foreign: a colleague's on the same tablet). */
export const OPEN_STATES = Object.freeze(["unsent", "sending", "deposited", "unsettled", "foreign"]);
const KEPT_INSPECTIONS = 3;

/**
 * The row as it stands after the entries; a new object, the given one stays as it is. Its `pending`
 * tells what was laid over it.
 *
 * @param {?object} row ROW; null for a tree that only this tablet knows
 * @param {object[]} entries stored ones of this tree, in any order; others are ignored
 * @param {object} reference REFERENCE with its catalogues at the top, as far as it is there
 * @returns {?object} ROW with pending: [{id, kind, status, made_at, sentence}]; null without row and tree_new
 */
export function applyEntries(row, entries, reference = {}) {
  const open = entries.filter((entry) => OPEN_STATES.includes(entry.status ?? "unsent"))
    .map((stored) => ({ stored, entry: parsed(stored) }))
    .sort((a, b) => a.entry.made_at < b.entry.made_at ? -1 : Number(a.entry.made_at > b.entry.made_at));
  let now = row ? { ...row } : null;
  const pending = [];
  for (const { stored, entry } of open) {
    if (now && entry.tree !== now.id) continue;
    if (!now && entry.kind !== "tree_new") continue;
    const lay = LAYERS[entry.kind];
    if (!lay) continue;
    now = lay(now, entry, reference, stored);
    const { id, kind, made_at } = entry;
    pending.push({ id, kind, status: stored.status ?? "unsent", made_at, sentence: stored.sentence ?? "" });
  }
  return now && { ...now, pending };
}

const LAYERS = {
  inspection: withInspection,
  tree_new: (row, entry, reference) => row ?? newTreeRow(entry, reference),
  tree_change: withChanges,
  tree_move: (row, { body }) => ({
    ...row,
    lon: body.lon,
    lat: body.lat,
    position_accuracy_m: body.accuracy_m,
    position_source: body.source,
  }),
  tree_end: withEnd,
  measure_done: withMeasureDone,
};

/**
 * The row of a tree that was planted or recorded on this tablet.
 *
 * @param {object} entry of kind tree_new, also a stored one
 * @param {object} reference REFERENCE, as far as it is there: names and expectation of the place
 * @returns {object} ROW; version null, it is not on the server yet
 */
export function newTreeRow(entry, reference = {}) {
  const { tree, body, made_at } = parsed(entry);
  const place = reference.places?.find((known) => known.id === body.place);
  const { accuracy_m, source, ...values } = body;
  const row = without({
    id: tree,
    ...values,
    version: null,
    status: body.status || "standing",
    duty: "city",
    unit: place?.unit,
    place_name: place?.name,
    effective_expectation: body.expectation || place?.expectation,
    position_accuracy_m: accuracy_m,
    position_source: source,
  });
  const facts = {
    ...row,
    expectation: row.effective_expectation ?? "",
    phase: row.phase ?? "",
    place_kind: place?.kind ?? "none",
    recorded_on: berlinDay(made_at),
  };
  const { inspection: _none, ...plan } = planControl({ tree: facts, basis: null }, rulesOf(reference));
  return { ...row, plan, inspections: [], measures: [], photos: [] };
}

/** Nothing unknown in it, as the server writes its rows; version stays, it says that none is there. */
function without(values) {
  const empty = (value) => value === null || value === undefined || value === "";
  return Object.fromEntries(Object.entries(values).filter(([name, v]) => name === "version" || !empty(v)));
}

function withInspection(row, entry, reference, stored) {
  const { body, id } = entry;
  const known = row.inspections ?? [];
  if (known.some((inspection) => inspection.id === id)) return row;
  const at = inspectedAt(entry);
  const on = berlinDay(at);
  const shown = { ...inspectionOf(row, entry, reference, at), inspector: stored.person_name ?? "" };
  const others = known.filter((inspection) => inspection.id !== body.corrects);
  const inspections = [shown, ...others].sort(newestFirst).slice(0, KEPT_INSPECTIONS);
  const ordered = (body.measures ?? []).filter((measure) => !row.measures?.some((m) => m.id === measure.id));
  const newest = inspections[0] === shown;
  return {
    ...row,
    ...(newest ? learnt(row, body) : {}),
    plan: planAfter(row, body, at, rulesOf(reference), reference.inspection_kinds),
    inspections,
    measures: [...(row.measures ?? []), ...ordered.map((measure) => measureOf(measure, id, on, reference))],
  };
}

const newestFirst = (a, b) => a.inspected_at > b.inspected_at ? -1 : Number(a.inspected_at < b.inspected_at);

/** What the tree learns from its newest inspection, as the server does. */
function learnt(row, body) {
  return {
    phase: body.phase || row.phase,
    expectation: body.expectation && body.expectation !== row.effective_expectation
      ? body.expectation
      : row.expectation,
    effective_expectation: body.expectation || row.effective_expectation,
    status: row.status === "unverified" ? "standing" : row.status,
  };
}

/** When the tree was looked at: a correction speaks of the day of what it corrects. */
const inspectedAt = ({ body, made_at }) => (body.corrects && body.inspected_at) || made_at;

/** INSP of an entry that is still on the tablet. */
function inspectionOf(row, { id, body }, reference, at) {
  const on = berlinDay(at);
  const proposed = proposalFor(row, body, on, rulesOf(reference)).months;
  return {
    id,
    kind: body.inspection_kind,
    inspected_at: at,
    inspected_on: on,
    leaf_state: body.leaf_state,
    vitality: body.vitality,
    condition: body.condition,
    phase: body.phase,
    result: body.result,
    limits: body.limits,
    limits_note: body.limits_note,
    note: body.note,
    expectation: body.expectation || row.effective_expectation,
    sets_regular_date: setsRegularDate(body, reference.inspection_kinds),
    proposed_months: proposed,
    set_months: body.set_months ?? proposed,
    interval_reason: body.interval_reason,
    immediate_action: body.immediate_action,
    carried_over: Boolean(body.carried_over),
    findings: body.findings ?? [],
    endings: body.endings ?? [],
  };
}

function measureOf(measure, inspection, on, reference) {
  const days = reference.urgencies?.find((urgency) => urgency.code === measure.urgency)?.deadline_days;
  return {
    ...measure,
    version: null,
    ordered_on: on,
    deadline_on: days === null || days === undefined ? null : plusDays(on, days),
    inspection,
  };
}

function withChanges(row, { body }, reference) {
  const changes = body.changes ?? {};
  const next = { ...row, ...changes };
  if ("place" in changes) {
    next.place_name = reference.places?.find((known) => known.id === changes.place)?.name ?? row.place_name;
  }
  if ("expectation" in changes || "place" in changes) {
    const place = reference.places?.find((known) => known.id === next.place);
    next.effective_expectation = next.expectation || place?.expectation || row.effective_expectation;
  }
  const bears = ["phase", "expectation", "place"].some((name) => name in changes);
  return bears && row.plan ? { ...next, plan: planNow(next, rulesOf(reference)) } : next;
}

/** A tree that stands no more needs no control. */
function withEnd(row, { body }, reference) {
  const gone = { ...row, status: body.how };
  const off = { required: false, not_required_reason: "not_standing", never: false };
  const none = { ...off, due_on: null, tolerance_until: null, exempt_until: null };
  return { ...gone, plan: { ...planNow(gone, rulesOf(reference)), ...none } };
}

/** The measure is open no more; what it says about the crown or the care of the tree counts at once. */
function withMeasureDone(row, { body }, reference) {
  const measure = row.measures?.find((known) => known.id === body.measure);
  if (!measure) return row;
  const kind = reference.measure_kinds?.find((known) => known.code === measure.kind) ?? {};
  const done = body.done_on;
  const next = { ...row, measures: row.measures.filter((known) => known !== measure) };
  if (kind.cutting === "heavy" && !(row.cut_on > done)) next.cut_on = done;
  if (reference.topping_kinds?.includes(measure.kind) && !(row.topped_on > done)) next.topped_on = done;
  if (kind.young_tree_care && !(row.plan?.care_on > done)) {
    next.plan = caredFor(row, done, rulesOf(reference));
  }
  return next;
}

/** Care puts off the date of a young tree, unless damage was seen or a shorter interval was demanded. */
function caredFor(row, done, ruleSet) {
  const plan = { ...row.plan, care_on: done };
  const basis = row.inspections?.find((inspection) => inspection.sets_regular_date);
  const demanded = basis?.set_months && (!basis.proposed_months || basis.set_months < basis.proposed_months);
  if (row.phase !== "youth" || !plan.due_on || plan.condition === "damaged" || demanded) return plan;
  const until = addMonths(done, ruleSet.youth_care_months);
  const due = plan.due_on > until ? plan.due_on : until;
  const tolerance = plan.never ? 0 : ruleSet.tolerance_months;
  return { ...plan, exempt_until: until, due_on: due, tolerance_until: addMonths(due, tolerance) };
}

/**
 * What map and lists need of a row.
 *
 * @param {object} row ROW, with entries laid over it
 * @param {{urgencies?: object[]}} reference for what "at once" means
 */
export function pointOf(row, reference = {}) {
  const immediate = immediateCodes(reference.urgencies);
  const plan = row.plan ?? {};
  return {
    id: row.id,
    lon: row.lon,
    lat: row.lat,
    number: row.number ?? "",
    place_name: row.place_name ?? "",
    species: row.species ?? null,
    status: row.status,
    crown: row.crown_diameter_m === undefined ? null : Number(row.crown_diameter_m),
    plan: {
      required: Boolean(plan.required),
      never: Boolean(plan.never),
      due_on: plan.due_on ?? null,
      tolerance_until: plan.tolerance_until ?? null,
      exempt_until: plan.exempt_until ?? null,
    },
    immediate: (row.measures ?? []).some((measure) => immediate.has(measure.urgency)),
  };
}
