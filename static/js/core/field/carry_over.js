// "Ohne neuen Befund": whether it may be offered, and the inspection that carries everything over.

import { blockOf, leafState } from "baum/core/field/presets.js";
import { proposalFor } from "baum/core/field/plan.js";
import { rulesOf } from "baum/core/field/intervals.js";

/** Marks a sentence for translation; whoever shows it translates it. */
const t = (sentence) => sentence;

/** Measures due within so many days are of class 1 or 2. */
const PRESSING_DAYS = 42;
const WORST = 3;
const RATED = new Set(["0", "1", "2", "3"]);
const freshId = () => globalThis.crypto.randomUUID();

/**
 * May the tree be done with one tap? `reasons` says in German sentences (keys of translation) why not.
 *
 * @param {object} row ROW, with local entries laid over it
 * @param {object} reference REFERENCE with its catalogues at the top (io/field/reference.js)
 * @param {string} day YYYY-MM-DD
 * @returns {{allowed: boolean, reasons: string[]}}
 */
export function quickCheck(row, reference, day) {
  const reasons = CHECKS.filter(([, stands]) => stands(row, reference, day)).map(([sentence]) => sentence);
  return { allowed: reasons.length === 0, reasons };
}

const last = (row) => row.inspections?.[0];

const CHECKS = [
  [t("Der Baum ist noch nicht gepflanzt."), (row) => row.status === "planned"],
  [
    t("Der Baum steht nicht mehr."),
    (row) => ["felled", "stump", "vanished"].includes(row.status),
  ],
  [t("Zu diesem Baum gibt es noch keine Kontrolle."), (row) => !last(row)],
  [t("Eine dringende Maßnahme ist offen."), hasPressingMeasure],
  [t("Eine Nachkontrolle oder Untersuchung ist offen."), hasOpenFollowUp],
  [t("Die letzte Kontrolle war eingeschränkt."), (row) => last(row)?.limits?.length > 0],
  [
    t("Der Baum ist stärker geschädigt."),
    (row) => last(row)?.condition === "damaged" || row.plan?.condition === "damaged",
  ],
  [t("Der Zustand ist nicht bekannt."), (row) => Boolean(last(row)) && !last(row).condition],
  [
    t("Die Entwicklungsphase ist nicht bekannt."),
    (row) => Boolean(last(row)) && !(row.phase || last(row).phase),
  ],
  [t("Die Verkehrssicherheit war zuletzt nicht gegeben oder offen."), hasDoubt],
];

function hasPressingMeasure(row, reference) {
  return (row.measures ?? []).some((measure) => {
    const urgency = reference.urgencies.find((known) => known.code === measure.urgency);
    if (!urgency) return true;
    const days = urgency.deadline_days ?? null;
    return urgency.immediate || (days !== null && days <= PRESSING_DAYS);
  });
}

function hasOpenFollowUp(row, reference) {
  return (row.measures ?? []).some((measure) => reference.follow_up_kinds.includes(measure.kind));
}

/** A verdict of doubt is carried over only where a finding says why, and never "unsafe". */
function hasDoubt(row) {
  const result = last(row)?.result;
  if (!last(row) || result === "safe") return false;
  return !(result === "limited" && earlierFindings(row).length > 0);
}

/**
 * Findings that still stand: those of the newest inspection, and of those before it back to the last
 * regular one where nothing newer continued or ended them (an additional inspection looks at its point only).
 *
 * @returns {object[]} as in INSP.findings
 */
export function earlierFindings(row) {
  const found = [];
  const settled = new Set();
  for (const inspection of row.inspections ?? []) {
    for (const finding of inspection.findings ?? []) {
      found.push(finding);
      if (finding.continues) settled.add(finding.continues);
    }
    for (const ending of inspection.endings ?? []) settled.add(ending.finding);
    if (inspection.sets_regular_date) break;
  }
  return found.filter((finding) => !settled.has(finding.id));
}

/**
 * The body of an inspection with everything carried over; only where quickCheck allows it.
 *
 * @param {object} row ROW
 * @param {object} reference REFERENCE with its catalogues at the top (io/field/reference.js)
 * @param {string} day YYYY-MM-DD
 * @param {() => string} newId gives each finding its UUID
 * @returns {object} body of an entry of kind inspection
 */
export function carriedBody(row, reference, day, newId = freshId) {
  const before = last(row);
  const seen = {
    condition: before.condition,
    phase: row.phase || before.phase,
    expectation: row.effective_expectation || before.expectation || "",
  };
  return {
    inspection_kind: "regular",
    leaf_state: leafState(row, reference, day),
    vitality: carriedVitality(row, before, day),
    ...seen,
    result: before.result,
    weather: "",
    limits: [],
    limits_note: "",
    note: "",
    ...carriedInterval(row, seen, reference, day),
    immediate_action: "",
    carried_over: true,
    also_regular: false,
    findings: earlierFindings(row).map((finding) =>
      carried(finding, "carried_over", finding.severity, newId)
    ),
    endings: [],
    measures: [],
    corrects: null,
    correction_reason: "",
  };
}

/** The vitality of before, or the letter to which a cut since binds it; a letter whose time is over is left open. */
function carriedVitality(row, before, day) {
  const block = blockOf(row, day);
  if (block) return block;
  const vitality = before.vitality ?? "";
  if (RATED.has(vitality)) return vitality;
  const over = (vitality === "S" && row.cut_on) || (vitality === "K" && row.topped_on);
  return over ? "" : vitality;
}

/** A reasoned deviation holds on with its reason, as long as the rule says something else; else the proposal. */
function carriedInterval(row, seen, reference, day) {
  const basis = row.inspections.find((inspection) => inspection.sets_regular_date) ?? last(row);
  const [set, proposed] = [basis.set_months ?? null, basis.proposed_months ?? null];
  const now = proposalFor(row, seen, day, rulesOf(reference)).months;
  const reasoned = set !== null && set !== proposed && (basis.interval_reason ?? "").trim() !== "";
  if (!reasoned || set === now) return { set_months: null, interval_reason: "" };
  return { set_months: set, interval_reason: basis.interval_reason };
}

function carried(finding, observation, severity, newId) {
  return {
    id: newId(),
    zone: finding.zone,
    symptom: finding.symptom,
    severity,
    note: finding.note ?? "",
    observation,
    continues: finding.id,
    photos: [],
  };
}

/**
 * What one chip on an earlier finding makes of it.
 *
 * @param {object} finding as in INSP.findings
 * @param {"unchanged"|"worse"|"gone"|"repaired"} chip
 * @param {() => string} newId
 * @returns {{finding: object}|{ending: {finding: string, how: string}}} seen again, or ended
 */
export function continueFinding(finding, chip, newId = freshId) {
  if (chip === "gone" || chip === "repaired") return { ending: { finding: finding.id, how: chip } };
  if (chip === "unchanged") return { finding: carried(finding, "seen", finding.severity, newId) };
  if (chip === "worse") {
    return { finding: carried(finding, "seen", Math.min(WORST, finding.severity + 1), newId) };
  }
  throw new TypeError(`unknown chip: ${chip}`);
}
