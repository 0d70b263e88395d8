/** Records a group of trees as an area drawn on the map: how many, of which species, at which place. */

import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { chipButton, ChipRow, textField } from "baum/components/field/chips.js";
import { Deed } from "baum/components/field/deed.js";
import { flat } from "baum/components/field/inspect_result.js";
import { numberField, numberOf } from "baum/components/field/number_pad.js";
import { placePick, placesNear } from "baum/components/field/place_pick.js";
import { speciesPick } from "baum/components/field/species_pick.js";
import { namesOf } from "baum/components/field/tree_words.js";

const MOST_TREES = 100_000;
const SHARES = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];

/** Middle of a ring, near enough to find the street. */
function middleOf(ring) {
  if (!ring?.length) return null;
  const sum = ring.reduce(([x, y], [lon, lat]) => [x + lon, y + lat], [0, 0]);
  return { lon: sum[0] / ring.length, lat: sum[1] / ring.length };
}

/**
 * @param {object} ctx
 * @param {[number, number][]} ring closed ring of lon, lat, as drawn on the map
 * @returns {HTMLElement}
 */
export function groupForm(ctx, ring) {
  const own = { ...ctx, reference: flat(ctx.reference) };
  const spot = middleOf(ring);
  const deed = new Deed({
    ctx: own,
    name: "group",
    subject: "new",
    values: {
      ring,
      place: placesNear(own.reference.places, spot, 1)[0]?.id ?? null,
      tree_count: "",
      species: [],
      number: "",
      remarks: "",
    },
    frame: { title: t("Neue Baumgruppe"), submit: t("Baumgruppe speichern") },
    check: problems,
    order: orderOf,
    sentence: () => t("Die Baumgruppe ist gespeichert."),
  });
  // The area was drawn a moment ago; an older draft must not put another one in its place.
  const place = placePick({
    places: own.reference.places,
    value: deed.values.place,
    spot: () => spot,
    onChoose: (id) => deed.set("place", id),
  });
  deed.frame.add(
    h(
      "p.ff-lead",
      { "data-field": "ring" },
      t("Fläche mit {n} Ecken.", { n: Math.max(0, (ring?.length ?? 1) - 1) }),
    ),
    place.element,
    h(
      "section.ff-part",
      {},
      numberField({
        label: t("Anzahl der Bäume"),
        field: "tree_count",
        open: true,
        onInput: (typed) => deed.set("tree_count", typed),
      }),
    ),
    sharesPart(deed, own.reference),
    h(
      "section.ff-part.ff-pair",
      {},
      textField({ label: t("Nummer"), most: 40, onInput: (value) => deed.set("number", value) }),
      textField({ label: t("Bemerkungen"), most: 2000, onInput: (value) => deed.set("remarks", value) }),
    ),
  );
  return deed.frame.element;
}

function orderOf({ ring, place, tree_count, species, number, remarks }) {
  const body = {
    place,
    number: number.trim(),
    ring,
    tree_count: numberOf(tree_count, { most: MOST_TREES, whole: true }).value,
    species,
    remarks: remarks.trim(),
  };
  return { kind: "group_new", tree: null, treeVersion: null, body };
}

const total = (species) => species.reduce((sum, { percent }) => sum + percent, 0);

function problems({ ring, place, tree_count, species }) {
  const found = {};
  if (!ring || ring.length < 4) found.ring = [t("Eine Fläche hat mindestens drei Ecken.")];
  if (!place) found.place = [t("Die Straße oder Anlage fehlt.")];
  const { value, problem } = numberOf(tree_count, { most: MOST_TREES, whole: true });
  if (problem) found.tree_count = [problem];
  else if (value === 0) found.tree_count = [t("Eine Gruppe hat mindestens einen Baum.")];
  if (total(species) > 100) found.shares = [t("Die Anteile ergeben zusammen mehr als 100 %.")];
  return found;
}

/** Species of the group with their shares in steps of ten. */
function sharesPart(deed, reference) {
  const list = h("div.ff-findings");
  const { species } = deed.values;
  const nameOf = (id) => namesOf(reference.species.find((each) => each.id === id));
  const show = () => {
    list.replaceChildren(...species.map((share) => shareRow(deed, share, nameOf(share.species), show)));
  };
  const pick = speciesPick({
    reference,
    label: t("Baumart hinzufügen"),
    field: "species",
    value: null,
    onChoose: (id) => {
      if (!species.some((each) => each.species === id)) {
        species.push({ species: id, percent: Math.max(10, 100 - total(species)) });
      }
      deed.changed();
      show();
    },
  });
  return h("div.ff-shares", { "data-field": "shares" }, pick.element, list);
}

function shareRow(deed, share, name, show) {
  const row = new ChipRow({
    label: t("Anteil von {name}", { name }),
    options: SHARES.map((n) => [String(n), `${n} %`]),
    value: String(share.percent),
    onChoose: (value) => {
      share.percent = Number(value);
      deed.changed();
    },
  });
  const drop = chipButton(t("entfernen"), () => {
    const { species } = deed.values;
    species.splice(species.indexOf(share), 1);
    deed.changed();
    show();
  });
  row.chips.append(drop);
  return h("article.ff-finding", {}, row.element);
}
