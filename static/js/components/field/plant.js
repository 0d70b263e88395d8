/** Records a new tree, planted today or standing long since: place, species, girth, phase, in few taps. */

import { phaseProposal } from "baum/core/field/presets.js";
import { getMeta, setMeta } from "baum/io/field/meta.js";
import { newId } from "baum/io/ids.js";
import { t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { ChipRow, textField } from "baum/components/field/chips.js";
import { dayField } from "baum/components/field/day_field.js";
import { Deed } from "baum/components/field/deed.js";
import { flat } from "baum/components/field/inspect_result.js";
import { numberField } from "baum/components/field/number_pad.js";
import { photoStrip } from "baum/components/field/photo_take.js";
import { placePick, placesNear } from "baum/components/field/place_pick.js";
import { fromFix, fromMap, positionPart } from "baum/components/field/position_part.js";
import { bodyOf, GIRTH_HEIGHT_CM, problems } from "baum/components/field/plant_values.js";
import { speciesPick } from "baum/components/field/species_pick.js";

const PREVIOUS = "previous-planted";

/** Position values of what the shell hands over: a fix, a spot, or nothing. */
function startOf(ctx, position) {
  if (position?.source) return { accuracy_m: null, ...position };
  if (position) {
    return "accuracy" in position || "accuracy_m" in position ? fromFix(position) : fromMap(position);
  }
  const fix = ctx.map.position();
  return fix ? fromFix(fix) : null;
}

function plantDeed(ctx, position) {
  const start = startOf(ctx, position);
  const place = placesNear(ctx.reference.places, start, 1)[0] ?? null;
  return new Deed({
    ctx,
    name: "plant",
    subject: "new",
    values: {
      id: newId(),
      position: start,
      place: place?.id ?? null,
      species: null,
      status: "standing",
      planted_on: "",
      planted_year: "",
      girth_cm: "",
      height_m: "",
      crown_diameter_m: "",
      phase: "",
      expectation: "",
      number: "",
      tag: "",
      remarks: "",
    },
    frame: { title: t("Neuer Baum"), submit: t("Baum speichern") },
    check: (values) => problems(values, ctx.day),
    order: (values) => ({ kind: "tree_new", tree: values.id, treeVersion: null, body: bodyOf(values) }),
    sentence: () => t("Der neue Baum ist gespeichert."),
    done: ([entry]) => ctx.open(entry.tree),
  });
}

/** The form as an element, to be put into sheet or screen. */
export function plantForm(ctx, position = null) {
  const own = { ...ctx, reference: flat(ctx.reference) };
  const deed = plantDeed(own, position);
  deed.restore(() => openPlant(ctx, position)).then(async () => build(deed, own, await getMeta(PREVIOUS)));
  return deed.frame.element;
}

/** Open it as a page. */
export async function openPlant(ctx, position = null) {
  const own = { ...ctx, reference: flat(ctx.reference) };
  const deed = await plantDeed(own, position).restore(() => openPlant(ctx, position));
  build(deed, own, await getMeta(PREVIOUS));
  return deed.frame.enter();
}

function build(deed, ctx, previous) {
  const remember = deed.done;
  deed.done = (entries) => {
    setMeta(PREVIOUS, { species: deed.values.species, person: ctx.person.id });
    remember(entries);
  };
  const species = speciesPick({
    reference: ctx.reference,
    label: t("Baumart"),
    field: "species",
    value: deed.values.species,
    previous: previous?.species,
    onChoose: (id) => deed.set("species", id),
  });
  const place = placePick({
    places: ctx.reference.places,
    value: deed.values.place,
    spot: () => deed.values.position,
    onChoose: (id) => deed.set("place", id),
  });
  deed.frame.add(
    positionPart(deed, { ctx }),
    place.element,
    species.element,
    statusPart(deed, ctx),
    girthPart(deed),
    judgementPart(deed, ctx),
    moreParts(deed),
    h("section.ff-part", {}, h("h3", {}, t("Foto des Baumes")), photoStrip(deed, null)),
  );
  followSpot(deed, ctx, place);
}

/** A spot elsewhere offers other places, and takes the nearest, unless one was chosen by hand. */
function followSpot(deed, ctx, place) {
  let before = deed.values.position;
  let preset = deed.values.place;
  deed.on(() => {
    const { position } = deed.values;
    if (position === before) return;
    before = position;
    const nearest = placesNear(ctx.reference.places, position, 1)[0]?.id ?? null;
    if (deed.values.place === preset) {
      deed.values.place = nearest;
      preset = nearest;
    }
    place.near(deed.values.place);
  });
}

function statusPart(deed, ctx) {
  const planted = h(
    "div",
    {},
    dayField(deed, { label: t("gepflanzt am"), field: "planted_on", today: ctx.day }),
  );
  const row = new ChipRow({
    label: t("Der Baum"),
    options: [["standing", t("steht schon länger")], ["planted", t("ist neu gepflanzt")]],
    value: deed.values.status,
    onChoose: (status) => {
      if (status === "planted") {
        deed.values.planted_on ||= ctx.day;
        deed.values.phase ||= phaseProposal(Number(ctx.day.slice(0, 4)), ctx.day);
      } else deed.values.planted_on = "";
      deed.set("status", status);
    },
  });
  const update = () => planted.hidden = deed.values.status !== "planted";
  deed.on(update);
  update();
  return h("section.ff-part", { "data-field": "status" }, row.element, planted);
}

const girthPart = (deed) =>
  h(
    "section.ff-part",
    {},
    numberField({
      label: t("Stammumfang in {cm} cm Höhe", { cm: GIRTH_HEIGHT_CM }),
      unit: "cm",
      field: "girth_cm",
      value: deed.values.girth_cm,
      open: true,
      onInput: (typed) => deed.set("girth_cm", typed),
    }),
  );

function judgementPart(deed, ctx) {
  const placeOf = () => ctx.reference.places.find((each) => each.id === deed.values.place);
  const phase = new ChipRow({
    label: t("Entwicklungsphase"),
    field: "phase",
    options: Object.entries(WORDS.phase),
    value: deed.values.phase,
    onChoose: (value) => deed.set("phase", value),
  });
  const expectation = new ChipRow({
    label: t("Sicherheitserwartung"),
    field: "expectation",
    options: [["lower", t("geringere")], ["higher", t("höhere")]],
    onChoose: (value) => deed.set("expectation", value),
  });
  const update = () => {
    phase.set(deed.values.phase);
    expectation.set(deed.values.expectation || placeOf()?.expectation || "");
    expectation.say({
      mark: deed.values.expectation ? "" : placeOf()?.expectation ? t("wie die Straße oder Anlage") : "",
    });
  };
  deed.on(update);
  update();
  return h("section.ff-part", {}, phase.element, expectation.element);
}

/** What is rarely known in the field; folded away. */
function moreParts(deed) {
  const text = (field, label, more = {}) =>
    textField({
      label,
      field,
      value: deed.values[field],
      onInput: (value) => deed.set(field, value),
      ...more,
    });
  const size = (field, label, unit) =>
    numberField({
      label,
      unit,
      field,
      decimals: true,
      value: deed.values[field],
      onInput: (typed) => deed.set(field, typed),
    });
  return h(
    "details.ff-part.ff-fold",
    { open: ["height_m", "tag", "number", "remarks"].some((name) => deed.values[name]) },
    h("summary", {}, h("h3", {}, t("Weitere Angaben"))),
    h(
      "div.ff-pair",
      {},
      size("height_m", t("Höhe"), "m"),
      size("crown_diameter_m", t("Kronendurchmesser"), "m"),
    ),
    h(
      "div.ff-pair",
      {},
      text("tag", t("Plakette"), { most: 40 }),
      text("number", t("Baumnummer (leer: die nächste freie)"), { most: 40 }),
    ),
    text("planted_year", t("Pflanzjahr, geschätzt"), { inputmode: "numeric", most: 4 }),
    text("remarks", t("Bemerkungen"), { most: 2000 }),
  );
}
