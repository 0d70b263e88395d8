/** Tab "Kontrollen" of the tree card: every inspection with its findings; corrections name what they correct. */

import { day, moment, number } from "baum/core/formats.js";
import { wordOf } from "baum/io/catalogues.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { button, facts, h, tell } from "baum/components/elements.js";

/** Badge of KERN for a result. */
const RESULT_BADGE = { safe: "success", limited: "warning", unsafe: "danger" };

/** Findings as a list: words, severity, note. */
export function findingList(findings, photos = []) {
  return h(
    "ul.finding-list",
    {},
    findings.map((finding) =>
      h(
        "li",
        {},
        h(
          "span",
          {},
          h("strong", {}, finding.symptom_name ?? finding.symptom),
          finding.zone_name ? ` (${finding.zone_name})` : "",
        ),
        h(
          "span.severity",
          { dataset: { severity: String(finding.severity) } },
          WORDS.severity[finding.severity],
        ),
        finding.observation === "carried_over"
          ? h("span.baum-muted", {}, t("übernommen, nicht neu gesehen"))
          : null,
        finding.note ? h("span.finding-list__note", {}, finding.note) : null,
        photoLinks(finding, photos),
      )
    ),
  );
}

/** Small pictures of the photos that show a finding. */
function photoLinks(finding, photos) {
  const shown = photos.filter((photo) => finding.photos?.includes(photo.id));
  if (!shown.length) return null;
  const alt = t("Foto: {name}", { name: finding.symptom_name ?? finding.symptom });
  return h(
    "span.finding-list__photos",
    {},
    shown.map((photo) =>
      h(
        "a",
        { href: photo.url, target: "_blank", rel: "noopener" },
        h("img", { src: photo.thumb_url, alt, loading: "lazy" }),
      )
    ),
  );
}

export const resultBadge = (result) =>
  result
    ? h(
      `span.kern-badge.kern-badge--small.kern-badge--${RESULT_BADGE[result]}`,
      {},
      h("span.kern-label", {}, WORDS.result[result]),
    )
    : null;

function interval(row) {
  if (!row.set_months) return "";
  const months = t("{n} Monate", { n: row.set_months });
  if (!row.proposed_months || row.proposed_months === row.set_months) return months;
  return t("{months} (vorgeschlagen {proposed}): {reason}", {
    months,
    proposed: row.proposed_months,
    reason: row.interval_reason,
  });
}

/** What the record keeps of the tree, because the tree itself changes. */
function asSeen(row) {
  const girth = row.seen_girth_cm ? t("Umfang {girth} cm", { girth: row.seen_girth_cm }) : "";
  const height = row.seen_height_m
    ? t("Höhe {height} m", { height: number(row.seen_height_m, LANGUAGE) })
    : "";
  return [`${row.seen_place} ${row.seen_number}`, row.seen_species, girth, height].filter(Boolean).join(", ");
}

/** Name, qualification and certificate of the inspector, and who typed it if that was somebody else. */
function whoLooked(row) {
  const certificate = row.inspector_certificate
    ? t("Zertifikat {number}", { number: row.inspector_certificate })
    : "";
  const writer = row.recorded_by_name && row.recorded_by_name !== row.inspector_name
    ? t("erfasst von {name}", { name: row.recorded_by_name })
    : "";
  return [row.inspector_name, row.inspector_qualification, certificate, writer].filter(Boolean).join(", ");
}

/** Findings of earlier inspections that this one ends: gone by themselves or repaired. */
function endedList(row, rows) {
  const earlier = new Map(
    rows.flatMap((each) => each.findings ?? []).map((finding) => [finding.id, finding]),
  );
  const ended = (row.endings ?? []).filter((each) => earlier.has(each.finding));
  if (!ended.length) return null;
  return h(
    "ul.finding-list",
    { "aria-label": t("Nicht mehr festgestellt") },
    ended.map(({ finding, how }) => {
      const { symptom_name, symptom } = earlier.get(finding);
      return h("li", {}, h("span", {}, symptom_name ?? symptom), h("span.baum-muted", {}, WORDS.ending[how]));
    }),
  );
}

function details(row, words) {
  return facts([
    [t("kontrolliert am"), moment(row.inspected_at, LANGUAGE)],
    [t("Sofort veranlasst"), row.immediate_action],
    [t("Angaben"), row.carried_over ? t("aus der vorigen Kontrolle übernommen und bestätigt") : ""],
    [t("Zustand"), WORDS.condition[row.condition]],
    [t("Vitalität"), WORDS.vitality[row.vitality]],
    [t("Phase"), WORDS.phase[row.phase]],
    [t("Belaubung"), WORDS.leafState[row.leaf_state]],
    [t("Wetter"), row.weather],
    [t("Sicherheitserwartung"), WORDS.expectation[row.seen_expectation]],
    [
      t("Grenzen"),
      [(row.limits ?? []).map((code) => wordOf(words.control_limits, code)).join(", "), row.limits_note]
        .filter(Boolean).join(" – "),
    ],
    [t("Intervall"), interval(row)],
    [t("Regelwerk"), t("Fassung {version}", { version: row.rule_set_version })],
    [t("nächster Termin"), day(row.next_due_on, LANGUAGE)],
    [t("Bemerkung"), row.note],
    [t("Baum damals"), asSeen(row)],
    [t("eingegangen"), moment(row.received_at, LANGUAGE)],
    [t("Gerät"), row.device],
  ]);
}

function correctionNote(row) {
  if (row.corrects) {
    return h("p.card-note", {}, t("Berichtigung: {reason}", { reason: row.correction_reason ?? "" }));
  }
  if (row.corrected_by) {
    return h("p.card-note", {}, t("Dieser Eintrag wurde berichtigt; es gilt die Berichtigung."));
  }
  return null;
}

function inspection(row, first, { may, words, photos, rows }) {
  const canCorrect = may("correct_inspection") && !row.corrected_by;
  return h(
    "details.inspection",
    { open: first, class: row.corrected_by ? "is-corrected" : "" },
    h(
      "summary",
      {},
      h("span.inspection__day", {}, day(row.inspected_on ?? row.inspected_at, LANGUAGE)),
      h("span.inspection__kind", {}, row.kind_name ?? row.kind),
      resultBadge(row.result),
    ),
    correctionNote(row),
    row.inspector_name ? h("p.baum-muted", {}, whoLooked(row)) : null,
    row.findings?.length ? findingList(row.findings, photos) : h("p.baum-muted", {}, t("Ohne Befund.")),
    endedList(row, rows),
    details(row, words),
    canCorrect
      ? button(t("Berichtigen"), { kind: "tertiary", icon: "edit" }, {
        onclick: (event) => tell(event.target, "card-act", { name: "correct-inspection", row }),
      })
      : null,
  );
}

/** @param {object} data card @param {(door: string) => boolean} may @param {object} words catalogues */
export function inspections(data, may, words) {
  const rows = data.inspections ?? [];
  const inherited = [data.inherited].filter(Boolean).map((row) =>
    h(
      "section.card-section",
      {},
      h("h3", {}, t("Aus dem früheren Verfahren")),
      facts([[t("Quelle"), row.source], [t("letzte Kontrolle"), day(row.last_on, LANGUAGE)], [
        t("nächste Kontrolle"),
        day(row.next_on, LANGUAGE),
      ]]),
    )
  );
  if (!rows.length && !inherited.length) {
    return [
      h("p.baum-empty", {}, t("Noch keine Kontrolle. Die erste erscheint hier, sobald sie erfasst ist.")),
    ];
  }
  return [
    ...rows.map((row, i) => inspection(row, i === 0, { may, words, photos: data.photos, rows })),
    ...inherited,
  ];
}
