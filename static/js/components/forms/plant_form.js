/** Forms that bring a new tree: planting at a place, replacing a gone one. */

import { metresBetween } from "baum/core/geodesy.js";
import { write } from "baum/io/api.js";
import { allSpecies, placesNamed, sitesNear, speciesWords } from "baum/io/catalogues.js";
import { t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { DeedForm } from "baum/components/forms/deed_form.js";
import { setRows } from "baum/components/forms/fields.js";
import { sizeFields } from "baum/components/forms/tree_forms.js";

const WAIT_MS = 200;
const point = ({ lat, lon }) => ({ type: "Point", coordinates: [lon, lat] });

/** Places around a spot, nearest site first, each once: [id, name]. */
async function placesAround(spot) {
  const sites = await sitesNear(spot).catch(() => []);
  const away = (site) => {
    const [lon, lat] = site.geometry?.coordinates ?? [0, 0];
    return metresBetween(spot, { lat, lon });
  };
  const ordered = [...sites].sort((a, b) => away(a) - away(b));
  return [...new Map(ordered.map((site) => [site.place, site.place_name]))];
}

/** While somebody types a place's name, offer what the server knows. */
function offerPlaces(field) {
  let timer = 0;
  const input = field.control.querySelector("input");
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const words = input.value.trim();
    if (words.length < 2) return;
    timer = setTimeout(async () => {
      const found = await placesNamed(words).catch(() => []);
      const rows = new Map([...field.rows, ...found.map((place) => [place.id, place.name])]);
      setRows(field, [...rows]);
    }, WAIT_MS);
  });
}

/** Plant or record a tree at `spot` (kept up to date by the page); `site` is an empty one or "". */
export async function plantForm({ spot, site, config, drafts }) {
  const [species, places] = await Promise.all([allSpecies(), site ? [] : placesAround(spot)]);
  const form = new DeedForm({
    name: "plant",
    tree: site || "neu",
    drafts,
    submit: t("Baum aufnehmen"),
    lead: site
      ? t("Der Baum kommt auf den freien Standort und behält dessen Nummer.")
      : t("Ziehen Sie das blaue Kreuz, bis die Stelle genau stimmt."),
    rows: [
      site ? null : {
        name: "place",
        label: t("Objekt (Straße oder Anlage)"),
        kind: "pick",
        required: true,
        rows: places,
        value: places[0]?.[0],
        placeholder: t("Name tippen"),
      },
      {
        name: "species",
        label: t("Baumart"),
        kind: "pick",
        rows: species.map((row) => [row.id, speciesWords(row)]),
        placeholder: t("botanisch oder deutsch"),
      },
      {
        name: "status",
        label: t("Der Baum"),
        kind: "choice",
        required: true,
        value: site ? "planted" : "standing",
        options: [["standing", t("steht schon länger")], ["planted", t("ist neu gepflanzt")], [
          "planned",
          t("ist geplant"),
        ]],
      },
      site
        ? null
        : [{ name: "number", label: t("Baumnummer"), hint: t("Leer: die nächste freie."), most: 40 }, {
          name: "house_number",
          label: t("Hausnummer"),
          hint: t("Nächstes Haus."),
          most: 20,
        }],
      {
        name: "planted_on",
        label: t("gepflanzt am"),
        kind: "date",
        max: config.day,
        value: site ? config.day : "",
      },
      ...sizeFields({}),
      { name: "phase", label: t("Entwicklungsphase"), kind: "choice", options: Object.entries(WORDS.phase) },
      { name: "remarks", label: t("Bemerkungen"), kind: "textarea", most: 5000 },
    ].filter(Boolean),
    send: (values, _version, id) =>
      write("POST", "/api/v1/trees/", {
        ...filled(values),
        id,
        geom: point(spot),
        position_source: "map",
        ...(site ? { site } : {}),
      }),
    done: (answer) => t("Baum {number} ist aufgenommen.", { number: answer.properties?.number ?? "" }),
  });
  const field = form.fields.get("place");
  if (field) offerPlaces(field);
  return form;
}

/** Plant the successor on the site of a tree that is gone. */
export async function replaceForm({ data, config, drafts }) {
  const species = await allSpecies();
  const { tree } = data;
  return new DeedForm({
    name: "replace",
    tree: tree.id,
    drafts,
    version: tree.version,
    submit: t("Ersatzbaum aufnehmen"),
    lead: t("Der neue Baum bekommt den Standort und die Nummer {number}.", { number: tree.number }),
    rows: [
      {
        name: "species",
        label: t("Baumart"),
        kind: "pick",
        required: true,
        rows: species.map((row) => [row.id, speciesWords(row)]),
      },
      {
        name: "planted_on",
        label: t("gepflanzt am"),
        kind: "date",
        required: true,
        max: config.day,
        value: config.day,
      },
      ...sizeFields({}),
      { name: "remarks", label: t("Bemerkungen"), kind: "textarea", most: 5000 },
    ],
    send: (values, version, id) =>
      write("POST", `/api/v1/trees/${tree.id}/replace/`, { ...filled(values), id }, { version }),
    done: (answer) =>
      t("Ersatzbaum {number} ist aufgenommen.", { number: answer.properties?.number ?? tree.number }),
  });
}

/** Only fields in which something stands. */
export function filled(values) {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
}
