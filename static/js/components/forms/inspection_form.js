/** The form of an inspection beside the map: kind, findings, limits, judgement, interval; also corrections. */

import { problemsOf } from "baum/core/findings.js";
import { likelyLeafState } from "baum/core/seasons.js";
import { write } from "baum/io/api.js";
import { catalogues } from "baum/io/catalogues.js";
import { nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { DeedForm } from "baum/components/forms/deed_form.js";
import { FindingsPart } from "baum/components/forms/findings_part.js";
import { IntervalPart } from "baum/components/forms/interval_part.js";
import { LimitsPart } from "baum/components/forms/limits_part.js";
import { sendPhoto } from "baum/components/forms/measure_forms.js";

const pairs = (words) => Object.entries(words);
/** An ISO moment as the value of a datetime-local field, in the device's zone. */
const localTime = (iso) => {
  const at = iso ? new Date(iso) : new Date();
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
};
/** What made the record: program and kind of device, without anything that names a person. */
const device = () =>
  `Browser, ${navigator.userAgentData?.platform ?? navigator.platform ?? ""}`.slice(0, 160);

/** Inspections that hold: a corrected one gives way to its correction. */
const newest = (rows) => (rows ?? []).find((row) => !row.corrected_by) ?? null;

function kindOptions(words) {
  return words.inspection_kinds.filter((row) => row.active !== false).map((row) => [row.code, nameOf(row)]);
}

/** Rows of the form; `old` is the record that is corrected, or {}. */
function rowsOf({ data, words, old, last, parts, today }) {
  const { tree, species } = data;
  const first = !last && !old.id;
  const value = (name, preset) => old[name] ?? preset;
  return [
    old.id
      ? { name: "correction_reason", label: t("Was wird berichtigt?"), required: true, most: 300 }
      : null,
    {
      name: "kind",
      label: t("Kontrollart"),
      kind: "choice",
      required: true,
      options: kindOptions(words),
      value: value("kind", first ? "initial" : "regular"),
    },
    {
      name: "also_regular",
      label: t("gilt auch als Regelkontrolle"),
      kind: "check",
      value: value("also_regular", false),
    },
    {
      name: "inspected_at",
      label: t("kontrolliert am"),
      kind: "moment",
      required: true,
      value: localTime(old.inspected_at),
    },
    {
      name: "leaf_state",
      label: t("Belaubung"),
      kind: "choice",
      required: true,
      options: pairs(WORDS.leafState),
      value: value("leaf_state", likelyLeafState(species?.leaf_type ?? "", today)),
    },
    { name: "weather", label: t("Wetter"), most: 80, value: value("weather", "") },
    parts.findings,
    parts.limits,
    {
      name: "vitality",
      label: t("Vitalität"),
      kind: "choice",
      options: pairs(WORDS.vitality),
      value: value("vitality", ""),
    },
    {
      name: "phase",
      label: t("Entwicklungsphase"),
      kind: "choice",
      required: true,
      options: pairs(WORDS.phase),
      value: value("phase", tree.phase || last?.phase),
    },
    {
      name: "condition",
      label: t("Zustand"),
      kind: "choice",
      required: true,
      options: pairs(WORDS.condition),
      value: value("condition", last?.condition),
    },
    {
      name: "expectation",
      label: t("Sicherheitserwartung am Standort"),
      kind: "choice",
      options: pairs(WORDS.expectation),
      value: old.seen_expectation ?? tree.effective_expectation ??
        (tree.expectation || data.place?.expectation),
    },
    {
      name: "result",
      label: t("Ergebnis"),
      kind: "choice",
      required: true,
      options: pairs(WORDS.result),
      value: value("result", ""),
    },
    {
      name: "immediate_action",
      label: t("Sofort veranlasst"),
      hint: t("Bei einer unverzüglichen Maßnahme: was vor Ort getan und wer verständigt wurde."),
      most: 300,
      value: value("immediate_action", ""),
    },
    parts.interval,
    { name: "note", label: t("Bemerkung"), kind: "textarea", most: 5000, value: value("note", "") },
  ].filter(Boolean);
}

/** The entry as the API takes it. */
function entryOf(values, { id, tree, old }) {
  const at = new Date(values.inspected_at);
  return {
    ...values,
    id,
    tree: tree.id,
    device: device(),
    inspected_at: Number.isNaN(at.getTime()) ? "" : at.toISOString(),
    set_months: values.set_months,
    expectation: values.expectation === (tree.effective_expectation ?? "") ? "" : values.expectation,
    ...(old.id ? { corrects: old.id, carried_over: old.carried_over ?? false } : {}),
  };
}

/** Send the photos of findings first, then the inspection; a photo that was sent is not sent again. */
async function record(entry, tree, files, sent) {
  for (const { file } of files) {
    if (!sent.has(file)) sent.set(file, (await sendPhoto(tree.id, file)).id);
  }
  const photosOf = new Map(files.map(({ id, file }) => [id, [sent.get(file)]]));
  const findings = entry.findings.map((row) =>
    photosOf.has(row.id) ? { ...row, photos: photosOf.get(row.id) } : row
  );
  return write("POST", "/api/v1/inspections/", { ...entry, findings });
}

/** @returns {Promise<DeedForm>} */
export async function inspectionForm({ data, row, config, drafts }) {
  const words = await catalogues(config.catalogues_url);
  const old = row ?? {};
  const last = newest(data.inspections);
  const { tree } = data;
  const sent = new Map();
  const parts = {
    findings: new FindingsPart(words, (old.id ? old : last)?.findings ?? [], Boolean(old.id), old.endings),
    limits: new LimitsPart(words.control_limits ?? [], old.limits, old.limits_note),
    interval: new IntervalPart(tree.id),
  };
  const immediate = new Set(words.urgencies.filter((each) => each.immediate).map((each) => each.code));
  const inner = {
    element: document.createElement("span"),
    values: () => ({}),
    draft: () => null,
    fillDraft() {},
    complain: () => [],
    check: (values) =>
      translated(
        problemsOf(entryOf(values, { id: "", tree, old }), {
          proposal: parts.interval.proposal,
          immediate,
          now: new Date(Date.now() + 600_000).toISOString(),
        }),
      ),
  };
  const form = new DeedForm({
    name: old.id ? "correct-inspection" : "inspect",
    tree: old.id ?? tree.id,
    drafts,
    submit: old.id ? t("Berichtigung speichern") : t("Kontrolle speichern"),
    lead: old.id ? t("Der alte Eintrag bleibt erhalten; die Berichtigung gilt an seiner Stelle.") : null,
    rows: [...rowsOf({ data, words, old, last, parts, today: config.day }), inner],
    send: (values, _version, id) =>
      record(entryOf(values, { id, tree, old }), tree, parts.findings.files(), sent),
    done: () => t("Die Kontrolle von Baum {number} ist gespeichert.", { number: tree.number }),
  });
  follow(form, parts.interval, words);
  return form;
}

const translated = (problems) =>
  Object.fromEntries(
    Object.entries(problems).map(([name, sentences]) => [name, sentences.map((sentence) => t(sentence))]),
  );

/** Keep the proposal in step with the judgement, and the switch for additional kinds out of sight otherwise. */
function follow(form, interval, words) {
  const regular = new Set(
    words.inspection_kinds.filter((row) => row.counts_as_regular).map((row) => row.code),
  );
  const update = () => {
    const read = (name) => form.fields.get(name).read();
    form.fields.get("also_regular").element.hidden = regular.has(read("kind"));
    interval.ask({ phase: read("phase"), condition: read("condition"), expectation: read("expectation") });
  };
  form.element.addEventListener("change", update);
  update();
}
