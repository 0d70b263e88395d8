/** Changes data of a tree; only what differs is sent, with the values as this tablet knew them. */

import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { ChipRow, textField } from "baum/components/field/chips.js";
import { Deed } from "baum/components/field/deed.js";
import { flat } from "baum/components/field/inspect_result.js";
import { numberField, numberOf } from "baum/components/field/number_pad.js";
import { speciesPick } from "baum/components/field/species_pick.js";
import { placeWords, treeTitle } from "baum/components/field/tree_words.js";

/** Fields of numbers with the most that is plausible. */
const NUMBERS = {
  height_m: 60,
  crown_diameter_m: 50,
  crown_base_m: 40,
  girth_cm: 1500,
  girth_height_cm: 200,
};
const WHOLE = ["girth_cm", "girth_height_cm"];
const TEXTS = ["number", "house_number", "tag", "remarks"];
const CHOICES = ["phase", "expectation", "status"];

const typed = (value) =>
  value === undefined || value === null ? "" : number(value, LANGUAGE, 2).replaceAll(".", "");

/** The tree's values as the form holds them. */
function valuesOf(row) {
  return {
    ...Object.fromEntries([...TEXTS, ...CHOICES].map((name) => [name, row[name] ?? ""])),
    ...Object.fromEntries(Object.keys(NUMBERS).map((name) => [name, typed(row[name])])),
    species: row.species ?? null,
  };
}

const numberIn = (values, name) =>
  numberOf(values[name], { most: NUMBERS[name], whole: WHOLE.includes(name) });

/** `{base, changes}` of what differs from the row. */
export function changesOf(row, values) {
  const [base, changes] = [{}, {}];
  const before = valuesOf(row);
  for (const name of Object.keys(values)) {
    const value = typeof values[name] === "string" ? values[name].trim() : values[name];
    if (value === before[name] || !(name in before)) continue;
    base[name] = row[name] ?? (name in NUMBERS || name === "species" ? null : "");
    changes[name] = name in NUMBERS ? numberIn(values, name).value : value;
  }
  return { base, changes };
}

/** @param {object} ctx @param {object} row */
export async function openEdit(ctx, row) {
  const own = { ...ctx, reference: flat(ctx.reference) };
  const title = treeTitle(row);
  const deed = await new Deed({
    ctx: own,
    name: "edit",
    subject: row.id,
    values: valuesOf(row),
    frame: {
      title: t("Daten von {title}", { title }),
      sub: placeWords(row),
      submit: t("Änderungen speichern"),
    },
    check: (values) => problems(row, values),
    order: (values) => ({
      kind: "tree_change",
      tree: row.id,
      treeVersion: row.version,
      body: changesOf(row, values),
    }),
    sentence: () => t("Die Änderungen an {title} sind gespeichert.", { title }),
    done: () => ctx.open(row.id),
  }).restore(() => openEdit(ctx, row));
  deed.frame.add(...parts(deed, own.reference, row));
  return deed.frame.enter();
}

function problems(row, values) {
  const found = {};
  for (const name of Object.keys(NUMBERS)) {
    const { problem } = numberIn(values, name);
    if (problem) found[name] = [problem];
  }
  if (row.number && !values.number.trim()) found.number = [t("Die Baumnummer fehlt.")];
  if (!Object.keys(found).length && !Object.keys(changesOf(row, values).changes).length) {
    found.nothing = [t("Es ist nichts geändert.")];
  }
  return found;
}

function parts(deed, reference, row) {
  const { values } = deed;
  const text = (name, label, most = 40) =>
    textField({ label, field: name, value: values[name], most, onInput: (value) => deed.set(name, value) });
  const size = (name, label, unit, more = {}) =>
    numberField({
      label,
      unit,
      field: name,
      decimals: !WHOLE.includes(name),
      value: values[name],
      onInput: (value) => deed.set(name, value),
      ...more,
    });
  const chips = (name, label, options) => {
    const chipRow = new ChipRow({
      label,
      field: name,
      options,
      value: values[name],
      onChoose: (value) => deed.set(name, value),
    });
    return chipRow.element;
  };
  const living = ["planted", "standing", "unverified"];
  return [
    h(
      "section.ff-part",
      {},
      h("h3", {}, t("Maße")),
      h(
        "div.ff-pair",
        {},
        size("girth_cm", t("Stammumfang"), "cm"),
        size("girth_height_cm", t("Messhöhe"), "cm"),
      ),
      h(
        "div.ff-pair",
        {},
        size("height_m", t("Höhe"), "m"),
        size("crown_diameter_m", t("Kronendurchmesser"), "m"),
      ),
      h("div.ff-pair", {}, size("crown_base_m", t("Kronenansatz"), "m")),
    ),
    h(
      "section.ff-part",
      {},
      h("h3", {}, t("Kennzeichen")),
      h("div.ff-pair", {}, text("tag", t("Plakette")), text("number", t("Baumnummer"))),
      h(
        "div.ff-pair",
        {},
        text("house_number", t("Hausnummer"), 20),
        text("remarks", t("Bemerkungen"), 2000),
      ),
    ),
    h(
      "section.ff-part",
      {},
      chips("phase", t("Entwicklungsphase"), Object.entries(WORDS.phase)),
      chips("expectation", t("Sicherheitserwartung"), [
        ["", t("wie die Straße oder Anlage")],
        ["lower", t("geringere")],
        ["higher", t("höhere")],
      ]),
      living.includes(row.status)
        ? chips("status", t("Status"), living.map((key) => [key, WORDS.status[key]]))
        : null,
    ),
    speciesPick({
      reference,
      label: t("Baumart"),
      field: "species",
      value: values.species,
      onChoose: (id) => deed.set("species", id),
    }).element,
  ];
}
