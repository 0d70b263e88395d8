// The interval of the regular inspection: phase × condition × safety expectation → months, and why.
// Twin of inspections/rules/intervals.py: both are held by tests/cases/interval.json.

import { addMonths } from "baum/core/field/days.js";
import { vocabulary } from "baum/core/vocabulary.js";

export { addMonths };

/** Months that a person may set. */
export const SHORTEST_MONTHS = 1;
export const LONGEST_MONTHS = 60;

const KNOWN = {
  phase: ["youth", "mature", "aging"],
  condition: ["sound", "damaged"],
  expectation: ["lower", "higher"],
};

/** Holds where the tablet has no rule set yet; the same numbers as the server's default. */
export const DEFAULT_RULE_SET = Object.freeze({
  matrix: Object.freeze({
    "youth.sound.lower": null,
    "youth.sound.higher": null,
    "youth.damaged.lower": 12,
    "youth.damaged.higher": 12,
    "mature.sound.lower": 36,
    "mature.sound.higher": 24,
    "mature.damaged.lower": 12,
    "mature.damaged.higher": 12,
    "aging.sound.lower": 24,
    "aging.sound.higher": 12,
    "aging.damaged.lower": 12,
    "aging.damaged.higher": 12,
  }),
  default_months: 12,
  tolerance_months: 3,
  youth_care_months: 36,
  initial_months: Object.freeze({
    playground: 3,
    school: 3,
    daycare: 3,
    street: 6,
    sports: 6,
    building: 9,
    cemetery: 9,
    park: 12,
    other: 12,
    none: 12,
    forest: 18,
    compensation: 18,
  }),
});

/** The rule set of a REFERENCE, else the shipped one. */
export const rulesOf = (reference) => reference?.rule_set ?? DEFAULT_RULE_SET;

/**
 * What the rule proposes for a tree seen in these words; unknown words give the default months.
 *
 * @param {{ruleSet: object, phase: string, condition: string, expectation: string, inCare: boolean}} seen
 *   ruleSet as REFERENCE.rule_set; inCare: young-tree care was given within youth_care_months
 * @returns {{months: ?number, reasonCode: string, reason: {key: string, values: object}}}
 *   months null: no separate inspection; reasonCode matrix, unknown, youth_in_care, youth_without_care
 */
export function proposeInterval({ ruleSet, phase, condition, expectation, inCare }) {
  const given = { phase, condition, expectation };
  const inputs = Object.entries(given).map(([name, value]) => `${name}.${value}`);
  const unknown = Object.keys(given).filter((name) => !KNOWN[name].includes(given[name]));
  const fallback = ruleSet.default_months;
  if (unknown.length) return proposal("unknown", fallback, { inputs: unknown });
  const key = `${phase}.${condition}.${expectation}`;
  if (!Object.hasOwn(ruleSet.matrix, key)) return proposal("unknown", fallback, { inputs });
  const byRule = ruleSet.matrix[key];
  if (byRule !== null) return proposal("matrix", byRule, { inputs });
  if (inCare) return proposal("youth_in_care", null, { inputs });
  return proposal("youth_without_care", fallback, { inputs, care_months: ruleSet.youth_care_months });
}

function proposal(code, months, values) {
  return { months, reasonCode: code, reason: { key: `interval.${code}`, values: { months, ...values } } };
}

/** Last day that care on `careOn` spares a young tree the inspection; null without care. */
export function careCoversUntil(careOn, ruleSet) {
  return careOn ? addMonths(careOn, ruleSet.youth_care_months) : null;
}

/**
 * The reason of a proposal as a sentence.
 *
 * @param {{reasonCode: string, reason: {values: object}}} found as proposeInterval gives it
 * @param {(text: string, values?: object) => string} t
 */
export function reasonSentence(found, t) {
  const values = { ...found.reason.values, inputs: found.reason.values.inputs.map(words(t)).join(", ") };
  if (found.reasonCode === "matrix") return t("Das Regelwerk sieht {months} Monate vor: {inputs}.", values);
  if (found.reasonCode === "youth_in_care") {
    return t("Keine gesonderte Regelkontrolle, solange die Jungbaumpflege läuft: {inputs}.", values);
  }
  if (found.reasonCode === "youth_without_care") {
    return t(
      "Es gelten {months} Monate, weil in den letzten {care_months} Monaten keine Jungbaumpflege eingetragen ist: {inputs}.",
      values,
    );
  }
  return t("Es gelten {months} Monate, weil Angaben fehlen: {inputs}.", values);
}

/** "phase.youth" → "Jugendphase", "phase" → "Entwicklungsphase". */
function words(t) {
  const listed = vocabulary(t);
  const names = {
    phase: t("Entwicklungsphase"),
    condition: t("Zustand"),
    expectation: t("Sicherheitserwartung"),
  };
  return (input) => {
    const [name, value] = input.split(".");
    return value === undefined ? names[name] : listed[name][value] ?? value;
  };
}
