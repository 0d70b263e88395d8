/** Which element stands behind each screen name of the field app; pages/field.js opens them by event. */

import { drawRing } from "baum/components/field/area_draw.js";
import { groupForm } from "baum/components/field/group.js";
import { menuScreen } from "baum/components/field/menu_screen.js";
import { openPlant } from "baum/components/field/plant.js";
import { askPin, choosePin } from "baum/components/field/pin_lock.js";
import { screens } from "baum/components/field/screens.js";
import { titleOf } from "baum/components/field/tree_list.js";
import { h } from "baum/components/elements.js";
import { get } from "baum/io/field/preferences.js";
import { people } from "baum/io/field/session.js";
import { find } from "baum/io/field/trees.js";
import { t } from "baum/io/words.js";
import "baum/components/field/field_search.js";
import "baum/components/field/outgoing.js";
import "baum/components/field/scanner.js";
import "baum/components/field/settings_screen.js";
import "baum/components/field/take_along.js";
import "baum/components/field/take_along_choice.js";

/**
 * Opens a screen by name.
 *
 * @param {object} app the parts that pages/field.js holds
 * @returns {(name: string, params?: object) => Promise<void>}
 */
export function screenOpener(app) {
  const openers = { list, search, scan, menu, outgoing, settings, take_along, take_along_choice, plant, group };
  return async (name, params = {}) => {
    if (params.element) return screens.show(name, params.element, params);
    await openers[name]?.(app, params);
  };
}

function list(app) {
  const element = h("field-tree-list").configure({
    day: app.points.day,
    nearest: () => app.next.nearest(app.current()),
    speciesName: app.speciesName,
  });
  screens.show("list", element, { title: t("Nächste fällige Bäume"), root: true });
}

function search(app) {
  const element = h("field-search").configure({
    day: app.points.day,
    stated: (point) => app.points.stated(point),
    speciesName: app.speciesName,
  });
  screens.show("search", element, { title: t("Suchen"), root: true });
}

function scan(app) {
  const element = h("field-scanner").configure({ lookUp: (meaning) => lookUp(app, meaning) });
  element.addEventListener("several", ({ detail }) => severalFound(app, detail));
  screens.show("scan", element, { title: t("Plakette scannen") });
}

/** Points that a plate may mean. */
async function lookUp(app, meaning) {
  if (meaning.id) return [app.points.get(meaning.id)].filter(Boolean);
  const words = meaning.number ? [meaning.number, meaning.place].filter(Boolean).join(" ") : meaning.tag;
  const bare = (number) => String(number ?? "").toLowerCase().replace(/^0+(?=\d)|\s/g, "");
  const found = await find(words);
  return meaning.number ? found.filter(({ number, tag }) => bare(number) === bare(meaning.number) || tag === meaning.number) : found;
}

function severalFound(app, { text }) {
  search(app);
  const field = document.getElementById("field-search-input");
  field.value = text;
  field.dispatchEvent(new Event("input"));
}

function menu(app) {
  screens.show("menu", menuScreen(app.config.addresses, app.person, app.newVersion), { title: t("Menü"), root: true });
}

async function outgoing(app) {
  const nameOf = (id) => {
    const point = app.points.get(id);
    return point ? [titleOf(point), point.place_name].filter(Boolean).join(", ") : t("Baum nicht mehr auf dem Tablet");
  };
  const element = h("field-outgoing").configure({ person: app.person, people: await people(), nameOf });
  screens.show("outgoing", element, { title: t("Ausgang") });
}

function settings(app) {
  const element = h("field-settings").configure({
    config: app.config,
    person: () => app.person,
    applied: app.apply,
    guard: (id) => guard(app, id),
    pin: {
      minutes: app.settings.pin_minutes || 0,
      change: async () => {
        if (await askPin(app.root, { ...app.person, mayLeave: true })) {
          await choosePin(app.root, { mayLeave: true });
        }
      },
    },
    newVersion: () => app.newVersion,
  });
  screens.show("settings", element, { title: t("Einstellungen") });
}

/** Another person takes the tablet only with the own PIN, where the city asks for PINs. */
async function guard(app, id) {
  if (!app.settings.pin_minutes) return true;
  const other = (await people()).find((each) => each.id === id);
  return await askPin(app.root, { name: other.name, id, mayLeave: true });
}

function take_along() {
  screens.show("take_along", h("field-take-along"), { title: t("Mitnehmen") });
}

async function take_along_choice(app) {
  const element = h("field-take-along-choice").configure({
    reference: app.reference,
    day: app.points.day,
    baseMap: await get("baseMap"),
    draw: () => drawRing(app.map, t("Die Ecken des Gebiets der Reihe nach antippen."), t("Gebiet zeichnen")),
    done: () => screens.name === "take_along_choice" && screens.back(),
  });
  screens.show("take_along_choice", element, { title: t("Gebiet mitnehmen") });
}

async function plant(app, { position = null }) {
  await openPlant(app.context(), position);
}

async function group(app) {
  screens.close();
  const ring = await drawRing(app.map, t("Den Umriss der Baumgruppe Ecke für Ecke antippen."), t("Fläche zeichnen"));
  if (ring) screens.show("group", groupForm(app.context(), ring), { foot: false });
}
