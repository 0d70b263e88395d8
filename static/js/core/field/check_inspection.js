// Is an inspection made on the tablet whole and true to the rules? Asked before it is kept; the server asks again.
// Twin of entry_problems in inspections/rules/findings.py, held by tests/cases/entry_problems.json; what the
// server's services ask besides (codes, zones, links) is asked here too, so that nothing comes back unsettled.

import { immediateCodes } from "baum/core/field/entries.js";
import { LONGEST_MONTHS, rulesOf, SHORTEST_MONTHS } from "baum/core/field/intervals.js";
import { blockOf } from "baum/core/field/presets.js";
import { proposalFor } from "baum/core/field/plan.js";

/** Marks a sentence for translation; whoever shows it translates it. */
const t = (sentence) => sentence;

const CHOICES = {
  leaf_state: ["leafy", "bare", "flushing", "autumn", "evergreen"],
  phase: ["youth", "mature", "aging"],
  condition: ["sound", "damaged"],
  result: ["safe", "limited", "unsafe"],
};
const VITALITIES = ["", "0", "1", "2", "3", "S", "K"];
/** A clock that runs ahead by less is believed. */
const CLOCK_TOLERANCE_MS = 10 * 60 * 1000;

/** Codes as the server's rules call them, with the tablet's words. */
const SENTENCES = {
  "entry.future": t("Die Uhr dieses Geräts geht vor. Die Kontrolle läge in der Zukunft."),
  "entry.kind_required": t("Die Kontrollart fehlt."),
  "entry.leaf_state_required": t("Die Belaubung fehlt."),
  "entry.phase_required": t("Die Entwicklungsphase fehlt."),
  "entry.condition_required": t("Der Zustand fehlt."),
  "entry.result_required": t("Das Ergebnis fehlt: Ist der Baum verkehrssicher?"),
  "entry.vitality_unknown": t("Die Vitalität ist 0, 1, 2, 3, S oder K."),
  "entry.vitality_blocked.S": t("Nach dem eingetragenen Schnitt ist als Vitalität nur S möglich."),
  "entry.vitality_blocked.K": t("Nach der eingetragenen Kappung ist als Vitalität nur K möglich."),
  "entry.months_range": t("Das Kontrollintervall liegt zwischen 1 und 60 Monaten."),
  "entry.interval_reason": t("Die Begründung für das abweichende Kontrollintervall fehlt."),
  "entry.limit_other": t("Es fehlt, was die Kontrolle begrenzt hat."),
  "entry.limit_follow_up": t(
    "Die Kontrolle war nicht vollständig: Es fehlt eine Nachkontrolle, das Freilegen oder eine Erläuterung.",
  ),
  "entry.severity": t("Das Ausmaß fehlt."),
  "entry.observation": t("Es fehlt, ob der Befund gesehen oder übernommen ist."),
  "entry.carried_over_from": t("Zu einem übernommenen Befund fehlt der frühere."),
  "entry.immediate_is_not_safe": t(
    "Mit einer unverzüglichen Maßnahme ist der Baum nicht verkehrssicher.",
  ),
  "entry.unsafe_needs_measure": t("Ein nicht verkehrssicherer Baum braucht eine Maßnahme."),
  "entry.doubt_needs_finding": t(
    "Es fehlt der Befund oder die Grenze der Kontrolle, die an der Verkehrssicherheit zweifeln lässt.",
  ),
  "entry.correction_reason": t("Es fehlt, was berichtigt wird."),
  "entry.measure_kind": t("Die Maßnahme fehlt."),
  "entry.measure_urgency": t("Die Dringlichkeit fehlt."),
  "entry.measure_finding": t("Der Befund zu dieser Maßnahme fehlt."),
  "entry.symptom": t("Das Schadsymptom fehlt."),
  "entry.symptom_zone": t("Dieses Schadsymptom gehört zu einem anderen Baumbereich."),
  "entry.immediate_action": t("Es fehlt, was sofort getan wurde."),
  "entry.not_carried_over": t("„Ohne neuen Befund“ geht nicht zusammen mit neuen Maßnahmen oder Grenzen."),
};

/**
 * Sentences by field; empty when the inspection can be kept.
 *
 * @param {object} body of an entry of kind inspection
 * @param {object} ctx as contextOf gives it
 * @returns {Record<string, string[]>} German sentences (keys of translation); parts of lists as "findings.0"
 */
export function problemsOf(body, ctx) {
  const problems = {};
  for (const [field, code] of problemCodes(body, ctx)) {
    const sentence = SENTENCES[code] ?? SENTENCES[`${code}.${ctx.vitalityBlock}`];
    (problems[field] ??= []).push(sentence);
  }
  return problems;
}

/**
 * What the rules need to know besides the body.
 *
 * @param {object} row ROW
 * @param {object} body
 * @param {object} reference REFERENCE with its catalogues at the top (io/field/reference.js)
 * @param {string} day YYYY-MM-DD
 * @param {{madeAt?: string, now?: string}} times ISO; only where the clock is to be checked
 */
export function contextOf(row, body, reference, day, { madeAt = null, now = null } = {}) {
  return {
    madeAt,
    now,
    proposedMonths: proposalFor(row, body, day, rulesOf(reference)).months,
    immediateUrgencies: immediateCodes(reference.urgencies),
    followUpLimits: new Set(
      reference.control_limits.filter((limit) => limit.needs_follow_up).map((limit) => limit.code),
    ),
    followUpKinds: new Set(reference.follow_up_kinds),
    vitalityBlock: blockOf(row, day),
    zoneOf: new Map(reference.symptoms.map((symptom) => [symptom.code, symptom.zone])),
  };
}

/** Field and code of every problem, in the order of the form: first the server's rules, then its look-ups. */
export function problemCodes(body, ctx) {
  return [...CHECKS, ...LOOK_UPS].flatMap((check) => [...check(body, ctx)]);
}

/** Only the part that Python's rules ask too; for the table of cases. */
export function ruleCodes(body, ctx) {
  return CHECKS.flatMap((check) => [...check(body, ctx)]);
}

const listed = (values) => values ?? [];
const said = (text) => Boolean((text ?? "").trim());

function* time(_body, ctx) {
  if (ctx.madeAt && ctx.now && Date.parse(ctx.madeAt) > Date.parse(ctx.now) + CLOCK_TOLERANCE_MS) {
    yield ["inspected_at", "entry.future"];
  }
}

function* choices(body) {
  for (const [name, words] of Object.entries(CHOICES)) {
    if (!words.includes(body[name])) yield [name, `entry.${name}_required`];
  }
}

function* vitality(body, ctx) {
  const value = body.vitality ?? "";
  if (!VITALITIES.includes(value)) yield ["vitality", "entry.vitality_unknown"];
  else if (ctx.vitalityBlock && value !== "" && value !== ctx.vitalityBlock) {
    yield ["vitality", "entry.vitality_blocked"];
  }
}

function* interval(body, ctx) {
  const months = body.set_months ?? null;
  if (months === null) return;
  if (!Number.isInteger(months) || months < SHORTEST_MONTHS || months > LONGEST_MONTHS) {
    yield ["set_months", "entry.months_range"];
  } else if (months !== ctx.proposedMonths && !said(body.interval_reason)) {
    yield ["interval_reason", "entry.interval_reason"];
  }
}

function* limits(body, ctx) {
  const found = listed(body.limits);
  if (found.includes("other") && !said(body.limits_note)) yield ["limits_note", "entry.limit_other"];
  const madeGood = said(body.limits_note) ||
    listed(body.measures).some((measure) => ctx.followUpKinds.has(measure.kind));
  if (found.some((limit) => ctx.followUpLimits.has(limit)) && !madeGood) {
    yield ["limits", "entry.limit_follow_up"];
  }
}

function* findings(body) {
  for (const [place, finding] of listed(body.findings).entries()) {
    const field = `findings.${place}`;
    if (![1, 2, 3].includes(finding.severity)) yield [field, "entry.severity"];
    if (!["seen", "carried_over"].includes(finding.observation)) yield [field, "entry.observation"];
    else if (finding.observation === "carried_over" && !finding.continues) {
      yield [field, "entry.carried_over_from"];
    }
  }
}

/** A verdict and what is ordered must not contradict each other. */
function* result(body, ctx) {
  const measures = listed(body.measures);
  const atOnce = measures.some((measure) => ctx.immediateUrgencies.has(measure.urgency));
  if (body.result === "safe" && atOnce) yield ["result", "entry.immediate_is_not_safe"];
  if (body.result === "unsafe" && !measures.length) yield ["measures", "entry.unsafe_needs_measure"];
  const doubt = body.result === "limited" || body.result === "unsafe";
  if (doubt && !listed(body.findings).length && !listed(body.limits).length) {
    yield ["findings", "entry.doubt_needs_finding"];
  }
}

function* correction(body) {
  if (body.corrects && !said(body.correction_reason)) {
    yield ["correction_reason", "entry.correction_reason"];
  }
}

function* kind(body) {
  if (!body.inspection_kind) yield ["inspection_kind", "entry.kind_required"];
}

function* symptoms(body, ctx) {
  for (const [place, finding] of listed(body.findings).entries()) {
    if (!finding.symptom) yield [`findings.${place}`, "entry.symptom"];
    else if (ctx.zoneOf?.has(finding.symptom) && ctx.zoneOf.get(finding.symptom) !== finding.zone) {
      yield [`findings.${place}`, "entry.symptom_zone"];
    }
  }
}

function* measures(body) {
  const own = new Set(listed(body.findings).map((finding) => finding.id));
  for (const [place, measure] of listed(body.measures).entries()) {
    const field = `measures.${place}`;
    if (!measure.kind) yield [field, "entry.measure_kind"];
    else if (!measure.urgency) yield [field, "entry.measure_urgency"];
    if (measure.finding && !own.has(measure.finding)) yield [field, "entry.measure_finding"];
  }
}

function* immediateAction(body, ctx) {
  const atOnce = listed(body.measures).some((measure) => ctx.immediateUrgencies.has(measure.urgency));
  if (atOnce && !said(body.immediate_action)) yield ["immediate_action", "entry.immediate_action"];
}

function* carriedOver(body) {
  if (body.carried_over && (listed(body.measures).length || listed(body.limits).length)) {
    yield ["carried_over", "entry.not_carried_over"];
  }
}

/** Twins of the server's rules, in its order. */
const CHECKS = [time, choices, vitality, interval, limits, findings, result, correction];
const LOOK_UPS = [kind, symptoms, measures, immediateAction, carriedOver];
