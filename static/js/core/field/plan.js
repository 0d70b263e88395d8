// The regular due date of one tree from all that bears on it, and after an inspection made here.
// Twin of inspections/rules/plan.py and basis.py: all are held by tests/cases/plan.json.

import { addMonths, berlinDay, laterDay } from "baum/core/field/days.js";
import { careCoversUntil, proposeInterval } from "baum/core/field/intervals.js";

/** Somebody could walk under these today. */
const STANDING = new Set(["planted", "standing", "unverified"]);
/** Inspections that set the regular date where no catalogue is at hand. */
const REGULAR_KINDS = new Set(["initial", "regular"]);

/**
 * The inspection that sets the regular date: the greatest day, of one day the last received; a
 * corrected record does not count, its correction does.
 *
 * @param {object[]} records {id, inspected_on, received, sets_regular_date, corrects}, in any order
 * @returns {?object}
 */
export function basisOf(records) {
  const corrected = new Set(records.map((record) => record.corrects));
  let basis = null;
  for (const record of records) {
    if (!record.sets_regular_date || corrected.has(record.id)) continue;
    const later = !basis || record.inspected_on > basis.inspected_on ||
      (record.inspected_on === basis.inspected_on && record.received > basis.received);
    if (later) basis = record;
  }
  return basis;
}

/**
 * The plan of one tree; no day goes in, because lateness is not stored.
 *
 * @param {{tree: object, basis: ?object, previous?: ?{inspection: ?string, cap_months: ?number}}} facts
 *   tree: {status, duty, phase, expectation, recorded_on, place_kind, planted_on, initial_due_on,
 *   care_on, inherited_last_on, inherited_next_on}; basis as basisOf gives it
 * @param {object} ruleSet as REFERENCE.rule_set
 * @returns {object} required, not_required_reason, due_on, tolerance_until, exempt_until, never,
 *   interval_months, cap_months, basis, basis_on, inspection
 */
export function planControl({ tree, basis, previous = null }, ruleSet) {
  const found = countedFrom(tree, basis, previous, ruleSet);
  const reason = notRequiredReason(tree);
  if (reason) return notRequired(reason, found);
  const exemptUntil = exemption(tree, basis, ruleSet);
  const dueOn = laterDay(found.due_on, exemptUntil);
  const never = found.name === "initial" || found.name === "planted";
  return {
    required: true,
    not_required_reason: "",
    due_on: dueOn,
    tolerance_until: addMonths(dueOn, never ? 0 : ruleSet.tolerance_months),
    exempt_until: exemptUntil,
    never,
    interval_months: found.months,
    cap_months: found.cap,
    basis: found.name,
    basis_on: found.on,
    inspection: found.inspection,
  };
}

function notRequiredReason(tree) {
  if (tree.duty !== "city") return "duty";
  return STANDING.has(tree.status) ? "" : "not_standing";
}

/** No date at all; the basis and its cap stay known, should the duty come back. */
function notRequired(reason, found) {
  const seen = found.name === "inspection" || found.name === "inherited";
  return {
    required: false,
    not_required_reason: reason,
    due_on: null,
    tolerance_until: null,
    exempt_until: null,
    never: false,
    interval_months: seen ? found.months : null,
    cap_months: found.cap,
    basis: seen ? found.name : "none",
    basis_on: seen ? found.on : null,
    inspection: found.inspection,
  };
}

/** Own inspection before inherited control before the deadline of the initial survey. */
function countedFrom(tree, basis, previous, ruleSet) {
  const from = (name, on, dueOn, months = null) => ({
    name,
    on,
    due_on: dueOn,
    months,
    cap: null,
    inspection: null,
  });
  if (basis) {
    const months = effectiveMonths(tree, basis, previous, ruleSet);
    const found = from("inspection", basis.inspected_on, addMonths(basis.inspected_on, months), months);
    return { ...found, cap: months, inspection: basis.id };
  }
  const [lastOn, months] = [tree.inherited_last_on ?? null, ruleSet.default_months];
  if (tree.inherited_next_on) return from("inherited", lastOn, tree.inherited_next_on);
  if (lastOn) return from("inherited", lastOn, addMonths(lastOn, months), months);
  if (tree.initial_due_on) return from("initial", null, tree.initial_due_on);
  if (tree.planted_on) return from("planted", tree.planted_on, addMonths(tree.planted_on, months), months);
  const initial = ruleSet.initial_months[tree.place_kind] ?? months;
  return from("initial", null, addMonths(tree.recorded_on, initial));
}

/** Months from the basis inspection to the due date; what has become shorter since stays so. */
function effectiveMonths(tree, basis, previous, ruleSet) {
  const seen = { phase: tree.phase, condition: basis.condition, expectation: tree.expectation };
  const now = proposeInterval({ ruleSet, ...seen, inCare: false }).months ?? ruleSet.default_months;
  const then = basis.proposed_months ?? ruleSet.default_months;
  let months = basis.set_months ?? then;
  if (now < then) months = Math.min(months, now);
  if (previous && previous.inspection === basis.id) months = Math.min(months, previous.cap_months ?? months);
  return months;
}

/** Last day on which care spares a young tree the inspection; not where damage or a demand stands against it. */
function exemption(tree, basis, ruleSet) {
  if (tree.phase !== "youth" || !tree.care_on) return null;
  if (basis && (basis.condition === "damaged" || shortened(basis))) return null;
  return careCoversUntil(tree.care_on, ruleSet);
}

function shortened(basis) {
  const [set, proposed] = [basis.set_months ?? null, basis.proposed_months ?? null];
  return set !== null && (proposed === null || set < proposed);
}

/** Does an inspection of this body set the regular date? `kinds`: REFERENCE.inspection_kinds, if at hand. */
export function setsRegularDate(body, kinds = null) {
  if (body.also_regular) return true;
  const known = kinds?.find((kind) => kind.code === body.inspection_kind);
  return known ? Boolean(known.counts_as_regular) : REGULAR_KINDS.has(body.inspection_kind);
}

/** What the rule proposes for a row as `body` describes it on `dayISO`. */
export function proposalFor(row, body, dayISO, ruleSet) {
  const careOn = row.plan?.care_on ?? null;
  // Only care before that day: a correction speaks of an earlier one.
  const covered = careOn !== null && careOn <= dayISO ? careCoversUntil(careOn, ruleSet) : null;
  return proposeInterval({
    ruleSet,
    phase: body.phase || row.phase || "",
    condition: body.condition || "",
    expectation: body.expectation || row.effective_expectation || row.expectation || "",
    inCare: covered !== null && dayISO <= covered,
  });
}

/**
 * The plan of a row after an inspection made on this tablet, as the server will have it: a newer basis
 * stays, a corrected one falls away, and what the tree learns (phase, expectation) may shorten the date.
 *
 * @param {object} row ROW as it was before
 * @param {object} body of an entry of kind inspection
 * @param {string} day YYYY-MM-DD, or the instant of the inspection
 * @param {object} ruleSet as REFERENCE.rule_set
 * @param {?object[]} kinds REFERENCE.inspection_kinds
 * @returns {object} plan as in ROW
 */
export function planAfter(row, body, day, ruleSet, kinds = null) {
  const on = day.length > 10 ? berlinDay(day) : day;
  const others = (row.inspections ?? []).filter((one) => one.id !== body.corrects);
  const isNewest = !others.some((one) =>
    day.length > 10 ? Date.parse(one.inspected_at) > Date.parse(day) : one.inspected_on > on
  );
  const wish = body.expectation || row.effective_expectation || row.expectation;
  const learnt = isNewest ? { phase: body.phase || row.phase, effective_expectation: wish } : {};
  const before = knownBasis(row, body.corrects);
  const isBasis = setsRegularDate(body, kinds) && !(before && before.inspected_on > on);
  const isSame = !isBasis && before?.id === knownBasis(row)?.id;
  const knows = row.effective_expectation || row.expectation;
  // Where nothing changes that bears on it, the server's word stays.
  if (isSame && (!isNewest || (learnt.phase === row.phase && wish === knows))) return row.plan ?? {};
  const proposed = isBasis ? proposalFor(row, body, on, ruleSet).months : null;
  const here = {
    id: "here",
    inspected_on: on,
    condition: body.condition,
    proposed_months: proposed,
    set_months: body.set_months ?? proposed,
  };
  return planFrom({ ...row, ...learnt }, isBasis ? here : before, ruleSet);
}

/** The plan of a row whose phase or expectation is another one than when its plan was made. */
export function planNow(row, ruleSet) {
  return planFrom(row, knownBasis(row), ruleSet);
}

/** The inspection from which the row's date counts, without the one that is corrected; null: none. */
function knownBasis({ plan = {}, inspections = [] }, corrected = null) {
  if (plan?.basis !== "inspection") return null;
  const dated = inspections.filter((one) => one.sets_regular_date);
  const [newest] = dated.filter((one) => one.id !== corrected);
  if (newest || dated.length) return newest ?? null;
  // Older than the inspections on board: its interval stands in the plan.
  const { basis_on, condition, interval_months } = plan;
  return { id: "before", inspected_on: basis_on, condition, proposed_months: interval_months };
}

function planFrom(row, basis, ruleSet) {
  const before = row.plan ?? {};
  if (basis ? !basis.inspected_on : !before.due_on) return before;
  const isInherited = before.basis === "inherited";
  // Where care or an inspection hid the first date, it is not on board: due at once, rather than green.
  const isFirstKnown = before.basis === "initial" && before.due_on !== before.exempt_until;
  const hidden = row.planted_on ? null : before.basis_on ?? before.care_on ?? before.due_on;
  const facts = {
    status: row.status,
    duty: row.duty || "city",
    phase: row.phase || "",
    expectation: row.effective_expectation || row.expectation || "",
    care_on: before.care_on ?? null,
    planted_on: row.planted_on ?? null,
    inherited_last_on: isInherited ? before.basis_on ?? null : null,
    inherited_next_on: isInherited && !before.interval_months ? before.due_on : null,
    initial_due_on: before.initial_due_on ?? (isFirstKnown ? before.due_on : hidden),
  };
  // What has become shorter since the basis stays so until the next one.
  const isSame = basis && basis.id !== "here" && basis.inspected_on === before.basis_on;
  const previous = isSame ? { inspection: basis.id, cap_months: before.cap_months ?? null } : null;
  const { inspection: _own, ...plan } = planControl({ tree: facts, basis, previous }, ruleSet);
  const { phase, expectation } = facts;
  return { ...before, ...plan, phase, condition: basis?.condition ?? "", expectation };
}
