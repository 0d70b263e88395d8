/** Tab "Übersicht" of the tree card: data, control, last findings; called by tree_card.js. */

import { day, number } from "baum/core/formats.js";
import { wordOf } from "baum/io/catalogues.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { alertBox, facts, h } from "baum/components/elements.js";
import { findingList } from "baum/components/card_inspections.js";

const n = (value, unit) =>
  value === null || value === undefined || value === "" ? "" : `${number(value, LANGUAGE)} ${unit}`;

/** "182 cm in 100 cm Höhe", with the stems if there are several. */
function girth({ girth_cm, girth_height_cm, stems }) {
  if (stems?.length) return `${stems.join(" + ")} cm`;
  if (!girth_cm) return "";
  return girth_height_cm
    ? t("{girth} cm in {height} cm Höhe", { girth: girth_cm, height: girth_height_cm })
    : `${girth_cm} cm`;
}

function planted({ planted_on, planted_year, planted_year_source }) {
  if (planted_on) return day(planted_on, LANGUAGE);
  if (!planted_year) return "";
  return planted_year_source === "estimated"
    ? t("um {year} (geschätzt)", { year: planted_year })
    : String(planted_year);
}

function position({ position_accuracy_m, position_source }) {
  const source = WORDS.positionSource[position_source] ?? "";
  return position_accuracy_m ? `${source}, ± ${number(position_accuracy_m, LANGUAGE)} m` : source;
}

function controlFacts({ control, last_inspection: last, unit }, may) {
  return facts([
    [
      t("letzte Kontrolle"),
      !may("view_inspections")
        ? ""
        : last
        ? `${day(last.inspected_on ?? last.inspected_at, LANGUAGE)}${
          last.inspector_name ? `, ${last.inspector_name}` : ""
        }`
        : t("keine"),
    ],
    [t("nächste Kontrolle"), day(control?.due_on, LANGUAGE)],
    [t("Intervall"), control?.interval_months ? t("{n} Monate", { n: control.interval_months }) : ""],
    [t("Grund"), control?.reason],
    [t("Revier"), unit?.name],
  ]);
}

/** Botanical name in italics, then the German one. */
function speciesName(species, tree) {
  if (!species) return tree.species_as_given || t("unbekannt");
  return h(
    "span",
    {},
    h("em", {}, species.botanical_name),
    species.german_name ? ` – ${species.german_name}` : "",
  );
}

/** @param {object} data answer of /trees/{id}/card/ @param {(door: string) => boolean} may @param {object} words catalogues */
export function overview(data, may, words) {
  const { tree, place, species, district, last_inspection: last } = data;
  const urgent = (data.measures ?? []).filter((measure) => measure.state === "open" && measure.immediate);
  return [
    ...urgent.map((measure) =>
      alertBox("danger", t("Unverzüglich: {measure}", { measure: measure.kind_name ?? measure.kind }))
    ),
    h("section.card-section", {}, h("h3", {}, t("Kontrolle")), controlFacts(data, may)),
    last?.findings?.length
      ? h("section.card-section", {}, h("h3", {}, t("Letzter Befund")), findingList(last.findings, data.photos))
      : null,
    h(
      "section.card-section",
      {},
      h("h3", {}, t("Baum")),
      facts([
        [t("Baumart"), speciesName(species, tree)],
        [t("Status"), WORDS.status[tree.status]],
        [t("Höhe"), n(tree.height_m, "m")],
        [t("Krone"), n(tree.crown_diameter_m, "m")],
        [t("Kronenansatz"), n(tree.crown_base_m, "m")],
        [t("Stammumfang"), girth(tree)],
        [t("Pflanzjahr"), planted(tree)],
        [t("Phase"), WORDS.phase[tree.phase]],
        [t("Plakette"), tree.tag],
        [t("Schutz"), (tree.protection ?? []).map((code) => wordOf(words.protection_kinds, code)).join(", ")],
        [t("Bemerkungen"), tree.remarks],
      ]),
    ),
    h(
      "section.card-section",
      {},
      h("h3", {}, t("Standort")),
      facts([
        [t("Objekt"), `${place?.name ?? ""}${tree.house_number ? ` ${tree.house_number}` : ""}`],
        [t("Ortsteil"), district?.name],
        [t("Seite"), tree.side],
        [t("Baumscheibe"), [n(tree.open_soil_m2, "m²"), WORDS.soilCover[tree.soil_cover]].filter(Boolean).join(", ")],
        [t("Umfeld"), tree.surroundings],
        [t("Leitungen"), tree.utilities],
        [t("Flurstück"), tree.parcel],
        [t("Kostenstelle"), tree.cost_centre],
        [
          t("Sicherheitserwartung"),
          WORDS.expectation[tree.effective_expectation ?? (tree.expectation || place?.expectation)],
        ],
        [
          t("Kontrollpflicht"),
          tree.duty && tree.duty !== "city" ? `${WORDS.duty[tree.duty]}: ${tree.duty_reason}` : "",
        ],
        [t("Eigentümer"), tree.owner],
        [t("Lage"), position(tree)],
        [t("Quelle"), tree.source],
      ]),
    ),
    tree.felled_on
      ? h(
        "section.card-section",
        {},
        h("h3", {}, t("Fällung")),
        facts([[t("am"), day(tree.felled_on, LANGUAGE)], [t("Grund"), tree.felling_reason]]),
      )
      : null,
  ];
}
