/** What an inspection amounts to by what was entered; a proposal that the form shows, one tap changes it. */

/** Measures within so many days say that the tree is not simply safe. */
const PRESSING_DAYS = 42;
const HIGH = 3;

/** @returns {?object} row of a catalogue */
export const rowOf = (rows, code) => (rows ?? []).find((row) => row.code === code);

/** REFERENCE with its catalogues beside the rest, as core/field reads it. */
export const flat = (reference) => ({ ...reference, ...reference.catalogues });

const pressing = (urgency) =>
  urgency && urgency.deadline_days !== null && urgency.deadline_days !== undefined &&
  urgency.deadline_days <= PRESSING_DAYS;

/** Urgencies of all that is open at the tree: ordered now, and ordered before and not reported done. */
function openUrgencies({ body, open, reference }) {
  return [...body.measures, ...open].map((measure) => rowOf(reference.urgencies, measure.urgency)).filter(
    Boolean,
  );
}

/**
 * @param {{body: object, open: object[], last: ?object, reference: object}} seen
 *   open: earlier measures that stay open; last: the inspection before
 * @returns {"safe"|"limited"|"unsafe"}
 */
export function proposedResult({ body, open, last, reference }) {
  const urgencies = openUrgencies({ body, open, reference });
  if (urgencies.some((urgency) => urgency.immediate)) return "unsafe";
  const followed = body.limits.some((code) => rowOf(reference.control_limits, code)?.needs_follow_up);
  const severe = body.findings.some((finding) => finding.severity === HIGH);
  const remains = body.findings.some((finding) => finding.continues);
  if (remains && last?.result === "unsafe") return "unsafe";
  const doubtful = severe || urgencies.some(pressing) || (remains && last?.result === "limited");
  const explained = body.findings.length > 0 || body.limits.length > 0;
  return (doubtful || followed) && explained ? "limited" : "safe";
}
