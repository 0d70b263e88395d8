/** The field app's root: builds the frame in #field and wires map, sheet, screens and what the tablet keeps. */

import { h } from "baum/components/elements.js";
import { aimHost, pickPosition } from "baum/components/field/aim.js";
import { treeCard } from "baum/components/field/card.js";
import { httpsNeeded, nameDevice, signInNeeded } from "baum/components/field/first_run.js";
import { nextButton, NextTree } from "baum/components/field/next_tree.js";
import { dropHints, noticeHost, showNotice } from "baum/components/field/notices.js";
import { openScreen } from "baum/components/field/parts.js";
import { PinLock } from "baum/components/field/pin_lock.js";
import { screens } from "baum/components/field/screens.js";
import { sheet } from "baum/components/field/sheet.js";
import { barButtons, mapTools } from "baum/components/field/thumb_zone.js";
import { metres } from "baum/core/field/nearest.js";
import { device, keyHeader, register } from "baum/io/field/device.js";
import { entriesOf } from "baum/io/field/outbox.js";
import { all as preferences } from "baum/io/field/preferences.js";
import { dropForgotten, isForgotten } from "baum/io/field/pin.js";
import { reference, refreshReference } from "baum/io/field/reference.js";
import { person, refresh as refreshSession, settings } from "baum/io/field/session.js";
import { changes as shellChanges, register as installShell } from "baum/io/field/shell.js";
import { start as startSending } from "baum/io/field/sync.js";
import { markVisited, tourOnBoard } from "baum/io/field/tours.js";
import { changes as treesChanges, points as allPoints, pointsNow } from "baum/io/field/trees.js";
import { pageData } from "baum/io/page_data.js";
import { t } from "baum/io/words.js";
import { FieldMap } from "baum/map/field_map.js";
import { FieldPoints } from "baum/map/field_points.js";
import { watchPosition, watchStrip, watchTrees } from "baum/pages/field_news.js";
import { screenOpener } from "baum/pages/field_screens.js";
import "baum/components/field/strip.js";

/** The device's own calendar day. */
export const today = () => {
  const now = new Date();
  const two = (n) => String(n).padStart(2, "0");
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
};

const DAY_LOOK_MS = 60_000;
/** Pixels of the thumb zone; --field-bar in field.css. */
const BAR = 88;

/** Did somebody just sign in? Then it is asked who, before anything is written under the name of before. */
function cameFromSignIn() {
  return document.referrer !== "" && new URL(document.referrer).pathname.startsWith("/accounts/");
}

class FieldApp {
  constructor(root) {
    this.root = root;
    this.config = pageData("field-config");
    this.points = new FieldPoints(today());
    this.tree = "";
    this.last = null;
    this.newVersion = null;
  }

  /** The frame stands before anything was read, so that a cold start shows something at once. */
  build() {
    this.strip = h("field-strip");
    const canvas = h("div.field-map", { id: "field-map", tabindex: "0" });
    this.frame = h(
      "div.field",
      {},
      this.strip,
      h(
        "main.field-main",
        { id: "inhalt" },
        canvas,
        this.tools = mapTools({ zoom: (by) => this.map.zoomBy(by), follow: () => this.toggleFollow() }),
        sheet.host,
        h(
          "nav.field-bar",
          { "aria-label": t("Daumenleiste") },
          ...barButtons(nextButton(() => this.goNext())),
        ),
        aimHost,
        screens.host,
        noticeHost,
      ),
    );
    this.root.replaceChildren(this.frame);
    const basemaps = this.config.basemaps;
    this.map = new FieldMap(canvas, { ...this.config, basemaps }, this.points);
    this.next = new NextTree({ points: this.points, map: this.map });
    this.openScreen = screenOpener(this);
  }

  async start() {
    const kept = await preferences();
    this.apply("theme", kept.theme);
    this.build();
    this.maxAccuracy = kept.maxAccuracy;
    this.map.base(kept.baseMap);
    this.listen();
    if (!await this.know()) return;
    await this.points.load(await allPoints());
    this.next.tour = await tourOnBoard();
    treesChanges.addEventListener("change", async () => (this.next.tour = await tourOnBoard()));
    this.#place(kept.follow);
    watchStrip(this);
    watchTrees(this);
    watchPosition(this);
    startSending();
    this.lock = new PinLock(this.root, this.frame, () => this.person);
    await this.lock.start();
    installShell();
    document.documentElement.dataset.ready = "true";
  }

  /** Who works here, with which catalogues; asks for what is missing. False: the page waits for a sign-in. */
  async know() {
    [this.person, this.reference, this.settings] = await Promise.all([person(), reference(), settings()]);
    try {
      if (!this.person || cameFromSignIn() || await isForgotten()) await refreshSession();
      await dropForgotten();
      this.person = await person();
      if (!this.person) return this.#wait();
      this.reference ??= await refreshReference();
      this.settings = await settings();
    } catch (error) {
      if (!this.person || !this.reference) return this.#wait(error.sentence ?? String(error.message));
    }
    const own = await device();
    // On a shared tablet each person needs a key of their own; without a net another start brings it.
    if (own.name && !await keyHeader(this.person.id)) register(own.name, this.person.id).catch(() => {});
    if (!own.name) {
      await new Promise((resolve) => {
        const page = nameDevice(this.person, resolve);
        this.root.append(page);
        page.querySelector("input").focus();
      });
    }
    return true;
  }

  #wait(sentence = "") {
    this.root.append(signInNeeded(sentence));
    document.documentElement.dataset.ready = "waiting";
    return false;
  }

  /** At the own position, else where trees were taken along. */
  #place(follow) {
    const all = [...this.points.all.values()];
    if (all.length) this.map.showBox(boxOf(all));
    else if (this.config.bounds) {
      const [[south, west], [north, east]] = this.config.bounds;
      this.map.showBox([west, south, east, north]);
      showNotice("info", t("Noch keine Bäume auf dem Tablet."), {
        label: t("Mitnehmen"),
        run: () => openScreen("take_along"),
      });
    }
    if (follow) this.map.follow(true);
  }

  listen() {
    document.addEventListener("field-open-tree", ({ detail }) => this.open(detail.id, detail.height));
    document.addEventListener("field-close", () => sheet.close());
    document.addEventListener("field-screen", ({ detail }) => {
      dropHints();
      this.openScreen(detail.name, detail.params);
    });
    document.addEventListener("field-notice", ({ detail }) => showNotice(detail.kind, detail.sentence, detail.action));
    document.addEventListener("field-recorded", ({ detail }) => this.recorded(detail));
    document.addEventListener("keydown", (event) => this.#key(event));
    this.map.addEventListener("tree", ({ detail }) => this.open(detail.id));
    this.map.addEventListener("follow", ({ detail }) => this.tools.setFollow(detail.on));
    sheet.addEventListener("changed", () => this.#cover());
    sheet.addEventListener("closed", () => this.#forget());
    screens.addEventListener("changed", () => (this.map.element.inert = screens.open));
    shellChanges.addEventListener("newVersion", ({ detail }) => {
      this.newVersion = detail;
      showNotice("info", t("Eine neue Fassung ist da."), { label: t("Ansehen"), run: () => openScreen("settings") });
    });
    const look = () => today() !== this.points.day && this.points.turnTo(today());
    document.addEventListener("visibilitychange", look);
    setInterval(look, DAY_LOOK_MS);
    globalThis.addEventListener("resize", () => this.#cover());
  }

  #key(event) {
    const typing = event.target.closest?.("input, textarea, select, dialog");
    if (event.defaultPrevented || document.documentElement.dataset.aim) return;
    if (event.key === "Escape") {
      if (screens.open) screens.back();
      else sheet.close();
    } else if (typing || screens.open) return;
    else if (event.key === "/") {
      event.preventDefault();
      // Whoever has a keyboard types on; a finger first sees the page without one over it.
      this.openScreen("search").then(() => document.getElementById("field-search-input").focus());
    } else if (event.key === "j") this.goNext();
  }

  /** What INSPECT's parts may ask of the app. */
  context() {
    return {
      reference: this.reference,
      person: this.person,
      settings: this.settings,
      day: this.points.day,
      map: {
        position: () => this.map.fix,
        pick: (start = null, sentence = "") => pickPosition(this.map, start, sentence),
      },
      notice: showNotice,
      open: (id, height) => this.open(id, height),
      next: () => this.goNext(),
      metresTo: (row, here = this.map.fix) => here ? metres(row, here) : null,
    };
  }

  /** Open a tree's card. */
  open(id, height = "half") {
    screens.close();
    this.tree = id;
    const point = this.points.get(id);
    const card = treeCard(id, this.context());
    sheet.show(card, height);
    if (!point) return;
    this.last = point;
    this.map.follow(false);
    this.map.choose(point);
    this.map.reveal(point);
  }

  #forget() {
    this.tree = "";
    this.map.choose(null);
  }

  /** The tree that distances are measured from when there is no position. */
  current() {
    return this.points.get(this.tree) ?? this.last;
  }

  goNext() {
    const point = this.next.after(this.current());
    if (point) return this.open(point.id);
    screens.close();
    sheet.close();
    showNotice("info", this.points.size
      ? t("Kein mitgenommener Baum ist mehr fällig.")
      : t("Noch keine Bäume auf dem Tablet. Unter „Mitnehmen“ lassen sie sich holen."));
  }

  /** Something was kept or taken back: the symbol on the map changes at once. */
  async recorded({ entry, undone = false }) {
    const id = entry.tree;
    const [point = null] = await pointsNow([id]);
    if (point || this.points.get(id)) this.points.put([[id, point]]);
    if (undone) this.next.passed.delete(id);
    else if (entry.kind === "inspection") this.next.passed.add(id);
    if (this.next.tour && ["inspection", "tree_end"].includes(entry.kind)) {
      await markVisited(id, !undone);
      this.next.tour = await tourOnBoard();
    }
    if (sheet.open && this.tree === id && (point || (await entriesOf(id)).length)) {
      sheet.show(treeCard(id, this.context()), sheet.height);
    }
  }

  toggleFollow() {
    if (!this.map.fix) {
      showNotice("info", this.gnssProblem || t("Noch keine Position. Unter freiem Himmel dauert es bis zu einer Minute."));
    }
    this.map.follow(!this.map.following);
  }

  /** A preference takes effect. */
  apply = (name, value) => {
    const page = document.documentElement;
    if (name === "theme") {
      page.dataset.theme = value;
      page.dataset.kernTheme = value === "dark" ? "dark" : "light";
    } else if (name === "baseMap") this.map.base(value);
    else if (name === "maxAccuracy") this.maxAccuracy = value;
  };

  /** Name of a species for lists. */
  speciesName = (id) => {
    this.species ??= new Map(this.reference.species.map((row) => [row.id, row.german || row.botanical]));
    return this.species.get(id) ?? "";
  };

  #cover() {
    const side = matchMedia("(min-width: 900px) and (orientation: landscape)").matches;
    const box = sheet.host.getBoundingClientRect();
    const below = !side && sheet.open;
    this.map.cover({
      right: side && sheet.open ? box.width : 0,
      bottom: BAR + (below && sheet.height !== "full" ? box.height : 0),
    });
    const point = this.points.get(this.tree);
    if (point && sheet.open && !(below && sheet.height === "full")) this.map.reveal(point);
  }
}

function boxOf(points) {
  const [lons, lats] = [points.map(({ lon }) => lon), points.map(({ lat }) => lat)];
  const least = (values) => values.reduce((a, b) => Math.min(a, b));
  const most = (values) => values.reduce((a, b) => Math.max(a, b));
  return [least(lons), least(lats), most(lons), most(lats)];
}

const root = document.getElementById("field");
if (globalThis.isSecureContext) new FieldApp(root).start();
else root.replaceChildren(httpsNeeded());
