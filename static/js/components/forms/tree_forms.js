/** Forms about the tree itself: correct its data, move it. */

import { number } from "baum/core/formats.js";
import { metresBetween } from "baum/core/geodesy.js";
import { write } from "baum/io/api.js";
import { allSpecies, catalogues, speciesWords, units } from "baum/io/catalogues.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { DeedForm } from "baum/components/forms/deed_form.js";

const pairs = (words) => Object.entries(words);
const wholes = (text) => (text.match(/\d+/g) ?? []).map(Number);

/** Descriptions of the fields that planting and correcting share; `tree` {} for a new one. */
export function sizeFields(tree) {
  return [
    [{ name: "height_m", label: t("Höhe"), unit: "m", kind: "number", value: tree.height_m }, {
      name: "crown_diameter_m",
      label: t("Krone"),
      unit: "m",
      kind: "number",
      value: tree.crown_diameter_m,
    }],
    [{ name: "girth_cm", label: t("Stammumfang"), unit: "cm", kind: "number", value: tree.girth_cm }, {
      name: "girth_height_cm",
      label: t("Messhöhe"),
      unit: "cm",
      kind: "number",
      value: tree.girth_height_cm ?? (tree.id ? null : 100),
    }],
  ];
}

/** Only what differs from the tree as it was; so that nobody else's change is written over. */
export function changesOf(tree, values) {
  const same = (a, b) =>
    (a ?? "") === (b ?? "") ||
    (a !== null && b !== null && a !== "" && b !== "" && Number(a) === Number(b)) ||
    (Array.isArray(a) && JSON.stringify(a) === JSON.stringify(b));
  return Object.fromEntries(Object.entries(values).filter(([name, value]) => !same(tree[name], value)));
}

/** Statuses of a tree that has not ended; its end has forms of its own. */
const LIVING = ["planned", "planted", "standing", "unverified"];

function correctRows({ tree, species, unitRows, place, protections }) {
  return [
    LIVING.includes(tree.status)
      ? {
        name: "status",
        label: t("Status"),
        kind: "choice",
        required: true,
        options: LIVING.map((key) => [key, WORDS.status[key]]),
        value: tree.status,
      }
      : null,
    { name: "species", label: t("Baumart"), kind: "pick", rows: species, value: tree.species },
    [{ name: "number", label: t("Baumnummer"), required: true, value: tree.number, most: 40 }, {
      name: "tag",
      label: t("Plakette"),
      value: tree.tag,
      most: 40,
    }],
    [{ name: "house_number", label: t("Hausnummer"), value: tree.house_number, most: 20 }, {
      name: "side",
      label: t("Seite"),
      value: tree.side,
      most: 20,
    }],
    ...sizeFields(tree),
    [
      { name: "crown_base_m", label: t("Kronenansatz"), unit: "m", kind: "number", value: tree.crown_base_m },
      { name: "open_soil_m2", label: t("Baumscheibe"), unit: "m²", kind: "number", value: tree.open_soil_m2 },
    ],
    [{
      name: "soil_cover",
      label: t("Oberfläche der Baumscheibe"),
      kind: "select",
      options: pairs(WORDS.soilCover),
      value: tree.soil_cover,
    }, { name: "utilities", label: t("Leitungen"), value: tree.utilities, most: 120 }],
    { name: "surroundings", label: t("Umfeld"), value: tree.surroundings, most: 200 },
    [
      { name: "parcel", label: t("Flurstück"), value: tree.parcel, most: 60 },
      { name: "cost_centre", label: t("Kostenstelle"), value: tree.cost_centre, most: 40 },
    ],
    {
      name: "stems",
      label: t("Mehrstämmig: Umfang der Stämme"),
      unit: "cm",
      hint: t("Mit Komma getrennt, der dickste zuerst."),
      value: (tree.stems ?? []).join(", "),
    },
    { name: "planted_on", label: t("gepflanzt am"), kind: "date", value: tree.planted_on },
    [{ name: "planted_year", label: t("Pflanzjahr"), kind: "number", value: tree.planted_year }, {
      name: "planted_year_source",
      label: t("Das Jahr ist"),
      kind: "select",
      options: pairs(WORDS.yearSource),
      value: tree.planted_year_source,
    }],
    {
      name: "phase",
      label: t("Entwicklungsphase"),
      kind: "choice",
      options: pairs(WORDS.phase),
      value: tree.phase,
    },
    {
      name: "expectation",
      label: t("Sicherheitserwartung"),
      kind: "select",
      options: pairs(WORDS.expectation),
      value: tree.expectation,
      emptyWords: t("wie das Objekt ({words})", { words: WORDS.expectation[place?.expectation] ?? "–" }),
    },
    unitRows.length
      ? {
        name: "unit",
        label: t("Revier"),
        kind: "select",
        options: unitRows,
        value: tree.unit,
        emptyWords: t("wie das Objekt"),
      }
      : null,
    {
      name: "duty",
      label: t("Kontrollpflicht"),
      kind: "select",
      required: true,
      options: pairs(WORDS.duty),
      value: tree.duty,
    },
    {
      name: "duty_reason",
      label: t("Begründung der Kontrollpflicht"),
      value: tree.duty_reason,
      most: 300,
      hint: t("Nötig, wenn nicht die Stadt die Pflicht hat."),
    },
    { name: "owner", label: t("Eigentümer"), value: tree.owner, most: 120 },
    protections.length
      ? {
        name: "protection",
        label: t("Schutzstatus"),
        kind: "several",
        options: protections,
        value: tree.protection ?? [],
      }
      : null,
    { name: "remarks", label: t("Bemerkungen"), kind: "textarea", value: tree.remarks, most: 5000 },
  ].filter(Boolean);
}

/** Correct the data of a tree. */
export async function correctForm({ data, config, drafts, may }) {
  const [species, unitRows, words] = await Promise.all([
    allSpecies(),
    may("view_inspections") ? units() : [],
    catalogues(config.catalogues_url),
  ]);
  const own = {
    ...data.tree,
    species: data.species?.id ?? data.tree.species ?? null,
    unit: data.tree.unit ?? null,
  };
  const form = new DeedForm({
    name: "edit",
    tree: own.id,
    drafts,
    version: own.version,
    submit: t("Änderungen speichern"),
    rows: correctRows({
      tree: own,
      species: species.map((row) => [row.id, speciesWords(row)]),
      unitRows: unitRows.map((row) => [row.id, row.name]),
      place: data.place,
      protections: (words.protection_kinds ?? []).map((row) => [row.code, nameOf(row)]),
    }),
    send: (values, version) =>
      write(
        "PATCH",
        `/api/v1/trees/${own.id}/`,
        changesOf(own, { ...values, stems: wholes(values.stems), unit: values.unit || null }),
        { version },
      ),
    done: () => t("Baum {number} ist gespeichert.", { number: own.number }),
  });
  return form;
}

/** Move a tree: the marker on the map is dragged, the form confirms. `spot` is kept up to date by the page. */
export function moveForm({ data, spot, from, drafts }) {
  const { tree } = data;
  const said = h("p.kern-body", { role: "status" });
  const form = new DeedForm({
    name: "move",
    tree: tree.id,
    drafts,
    version: tree.version,
    submit: t("Neue Lage speichern"),
    lead: [h("p.kern-body", {}, t("Ziehen Sie das blaue Kreuz auf der Karte an die richtige Stelle.")), said],
    rows: [{
      name: "source",
      label: t("Lage aus"),
      kind: "choice",
      required: true,
      options: ["map", "aerial", "survey", "gnss"].map((key) => [key, WORDS.positionSource[key]]),
      value: "map",
    }, { name: "accuracy_m", label: t("Genauigkeit"), unit: "m", kind: "number" }],
    send: (values, version) =>
      write("POST", `/api/v1/trees/${tree.id}/move/`, {
        ...values,
        geom: { type: "Point", coordinates: [spot.lon, spot.lat] },
      }, { version }),
    done: () => t("Baum {number} steht jetzt an der neuen Stelle.", { number: tree.number }),
  });
  form.showDistance = () => {
    said.textContent = t("Verschoben um {metres} m.", {
      metres: number(metresBetween(from, spot), LANGUAGE),
    });
  };
  return form;
}
