// How late a tree is on a given day, for the map and lists, which colour by the due date of the tile.
// Twin of inspections/rules/overdue.py: both are held by tests/cases/state_on.json.

const SOON_DAYS = 30;
const LATER_DAYS = 90;
const DAY_MS = 86_400_000;

/** Number of a calendar day; UTC has no summer time, so that no day is short. */
function dayNumber(iso) {
  const [year, month, day] = iso.split("-").map(Number);
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

/**
 * State of a tree on a day: ok, due90, due30, tolerance, overdue, never or none.
 *
 * @param {{required: boolean, never: boolean, due_on: ?string, tolerance_until: ?string,
 *   exempt_until: ?string}} plan days as YYYY-MM-DD
 * @param {string} dayISO the day asked for, YYYY-MM-DD
 * @returns {string}
 */
export function stateOn(plan, dayISO) {
  if (!plan.required || !plan.due_on) return "none";
  if (plan.exempt_until && dayISO <= plan.exempt_until) return "none";
  if (plan.never) return "never";
  const left = dayNumber(plan.due_on) - dayNumber(dayISO);
  if (left < 0) {
    return plan.tolerance_until && dayISO <= plan.tolerance_until ? "tolerance" : "overdue";
  }
  if (left <= SOON_DAYS) return "due30";
  return left <= LATER_DAYS ? "due90" : "ok";
}

/**
 * Days since the due day; 0 up to and including it and where no inspection is needed.
 *
 * @param {object} plan as for stateOn
 * @param {string} dayISO YYYY-MM-DD
 * @returns {number}
 */
export function daysOver(plan, dayISO) {
  if (stateOn(plan, dayISO) === "none") return 0;
  return Math.max(0, dayNumber(dayISO) - dayNumber(plan.due_on));
}
