// Is the entry of an inspection whole? Asked by the form before anything is sent; the server asks again.

/** Marks a sentence for translation; the form translates it. */
const t = (sentence) => sentence;

/** Fields without which nothing can be judged, with the sentence that asks for them. */
const NEEDED = [
  ["kind", t("Bitte wählen Sie die Kontrollart.")],
  ["inspected_at", t("Bitte geben Sie an, wann kontrolliert wurde.")],
  ["leaf_state", t("Bitte wählen Sie die Belaubung.")],
  ["phase", t("Bitte wählen Sie die Entwicklungsphase.")],
  ["condition", t("Bitte wählen Sie den Zustand.")],
  ["result", t("Bitte wählen Sie das Ergebnis.")],
];

/**
 * Sentences by field; empty when the entry can be sent.
 *
 * @param {object} entry as POST /api/v1/inspections/ takes it
 * @param {{proposal: ?{months: ?number}, immediate: Set<string>, now: string}} known
 *   proposal of the rule, urgency codes that mean "at once", the present moment as ISO text
 * @returns {Record<string, string[]>} German sentences; findings and measures as "findings.0"
 */
export function problemsOf(entry, { proposal, immediate, now }) {
  const problems = {};
  const add = (field, sentence) => (problems[field] ??= []).push(sentence);
  for (const [name, sentence] of NEEDED) if (!entry[name]) add(name, sentence);
  if (entry.inspected_at && new Date(entry.inspected_at) > new Date(now)) {
    add("inspected_at", t("Der Zeitpunkt der Kontrolle liegt in der Zukunft."));
  }
  (entry.findings ?? []).forEach((finding, i) => {
    if (![1, 2, 3].includes(finding.severity)) add(`findings.${i}`, t("Bitte wählen Sie das Ausmaß."));
  });
  (entry.measures ?? []).forEach((measure, i) => {
    if (!measure.kind) add(`measures.${i}`, t("Bitte wählen Sie die Maßnahme."));
    else if (!measure.urgency) add(`measures.${i}`, t("Bitte wählen Sie die Dringlichkeit."));
  });
  addResultProblems(entry, immediate, add);
  addIntervalProblems(entry, proposal, add);
  if (entry.corrects && !entry.correction_reason) {
    add("correction_reason", t("Bitte sagen Sie, was berichtigt wird."));
  }
  return problems;
}

function addResultProblems(entry, immediate, add) {
  const urgent = (entry.measures ?? []).some((measure) => immediate.has(measure.urgency));
  if (entry.result === "safe" && urgent) {
    add("result", t("Mit einer unverzüglichen Maßnahme ist der Baum nicht verkehrssicher."));
  }
  if (entry.result === "unsafe" && !(entry.measures ?? []).length) {
    add("result", t("Ein nicht verkehrssicherer Baum braucht eine Maßnahme."));
  }
}

function addIntervalProblems(entry, proposal, add) {
  const months = entry.set_months;
  if (months === null || months === undefined) return;
  if (!Number.isInteger(months) || months < 1 || months > 60) {
    add("set_months", t("Das Kontrollintervall liegt zwischen 1 und 60 Monaten."));
  } else if (months !== proposal?.months && !entry.interval_reason) {
    add("interval_reason", t("Bitte begründen Sie, warum Sie vom Vorschlag abweichen."));
  }
}

/** Measures that the symptoms of an entry suggest, each once, in the order of the catalogue. */
export function suggestedKinds(symptomCodes, symptoms) {
  const wanted = symptoms.filter((row) => symptomCodes.includes(row.code)).flatMap((row) =>
    row.proposes ?? []
  );
  return [...new Set(wanted)];
}
