/** `<tree-card>`: one tree beside the map (a sheet from below on tablets): tabs, deeds, forms. */

import { dueWords } from "baum/core/lateness.js";
import { read, withQuery } from "baum/io/api.js";
import { catalogues } from "baum/io/catalogues.js";
import { STATES } from "baum/io/states.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { overview } from "baum/components/card_overview.js";
import { inspections } from "baum/components/card_inspections.js";
import { measures } from "baum/components/card_measures.js";
import { history, photos } from "baum/components/card_photos.js";
import { alertBox, button, h, iconButton, skeleton, tell } from "baum/components/elements.js";
import { gripOf } from "baum/components/sheet_grip.js";
import { TabStrip } from "baum/components/tab_strip.js";
import "baum/components/state_symbol.js";

/** Statuses of trees that somebody could walk under. */
const STANDING = ["planted", "standing", "unverified"];

/** So low that half of the screen has no room for a form. */
const LOW = matchMedia("(max-height: 900px)");

class TreeCard extends HTMLElement {
  connectedCallback() {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("Baumkarte"));
    this.head = h("div.card-head");
    this.deeds = h("div.card-deeds");
    this.tabs = new TabStrip("card", [], (key) => this.#showTab(key, true));
    this.body = h("div.card-body", { tabindex: "0", role: "group", "aria-label": t("Inhalt der Baumkarte") });
    this.form = h("div.card-form", { hidden: true });
    this.append(gripOf(this), this.head, this.deeds, this.tabs.element, this.body, this.form);
    this.addEventListener("card-act", ({ detail }) => this.act(detail.name, detail.row));
    this.dataset.height = "half";
    this.treeId = "";
  }

  /** @param {{config: object, notice: (kind: string, sentence: string) => void}} options */
  configure({ config, notice }) {
    Object.assign(this, { config, notice });
  }

  /** Whether the tree's card, else the role, opens a door. */
  may = (door) => this.data?.may?.[door] ?? this.config.user.may[door] ?? false;

  async open(id, tab = "") {
    const other = id !== this.treeId;
    this.treeId = id;
    if (tab) this.tab = tab;
    if (other) {
      this.data = null;
      this.closeForm();
      this.head.replaceChildren(h("h2.card-title", {}, t("Baum")), this.#closer());
      this.deeds.replaceChildren();
      this.body.replaceChildren(skeleton(8));
    }
    await this.reload();
  }

  /** Read the tree again and show it. */
  async reload() {
    const id = this.treeId;
    try {
      const [data, words] = await Promise.all([
        read(withQuery(`/api/v1/trees/${id}/card/`, this.config.past?.query)),
        catalogues(this.config.catalogues_url).catch(() => ({})),
      ]);
      if (id !== this.treeId) return;
      Object.assign(this, { data, words });
      this.past = null;
      this.#show();
      tell(this, "card-shown", data.tree);
    } catch (error) {
      if (id !== this.treeId) return;
      this.body.replaceChildren(
        alertBox("danger", error.sentence ?? t("Der Baum konnte nicht geladen werden.")),
        button(t("Noch einmal versuchen"), { icon: "autorenew" }, { onclick: () => this.reload() }),
      );
    }
  }

  close() {
    this.treeId = "";
    this.data = null;
    this.closeForm();
  }

  /** Do something with the tree: the page's forms listen to "tree-act". */
  act(name, row = null) {
    if (this.data) tell(this, "tree-act", { name, row, data: this.data });
  }

  /** Put a form in the place of the tabs; a form that needs the map leaves half of it free. */
  openForm(element, title, { besideMap = false } = {}) {
    this.form.replaceChildren(h("h3.card-form__title", { tabindex: "-1" }, title), element);
    for (const part of [this.deeds, this.tabs.element, this.body]) part.hidden = true;
    this.form.hidden = false;
    this.dataset.height = !besideMap && LOW.matches
      ? "full"
      : this.dataset.height === "peek"
      ? "half"
      : this.dataset.height;
    this.form.scrollTop = 0;
    this.form.querySelector("h3").focus({ preventScroll: true });
  }

  closeForm() {
    this.form.replaceChildren();
    this.form.hidden = true;
    for (const part of [this.deeds, this.tabs.element, this.body]) part.hidden = false;
  }

  /** A head without a tree, for planting. */
  openEmpty(title) {
    this.treeId = "";
    this.data = null;
    this.head.replaceChildren(h("h2.card-title", {}, title), this.#closer());
  }

  #closer() {
    return iconButton(t("Karte des Baums schließen"), "close", {
      class: "card-close",
      onclick: () => tell(this, "card-closed"),
    });
  }

  #show() {
    const { tree, place, species, control } = this.data;
    const state = control?.state ?? "none";
    const immediate = (this.data.measures ?? []).some((row) => row.state === "open" && row.immediate);
    this.head.replaceChildren(
      h("p.card-place", {}, `${place?.name ?? ""}${tree.house_number ? ` ${tree.house_number}` : ""}`),
      h(
        "h2.card-title",
        {},
        h("span.card-number", {}, tree.number),
        ` ${species?.german_name ?? tree.species_as_given ?? t("Art unbekannt")}`,
      ),
      h(
        "p.card-state",
        {},
        h("state-symbol", { code: state, immediate }),
        h(
          "span",
          {},
          STANDING.includes(tree.status) ? nameOf(STATES.get(state)) : this.#gone(),
          h("small", {}, dueWords({ ...control, state }, this.config.day, t, LANGUAGE)),
        ),
      ),
      this.#closer(),
    );
    this.deeds.replaceChildren(
      ...(this.data.past ? [h("p.card-past", {}, this.data.past.words)] : this.#deedButtons(tree)),
    );
    this.#tabs();
  }

  #gone() {
    return {
      felled: t("gefällt"),
      stump: t("gefällt, Stubben steht noch"),
      vanished: t("verschwunden"),
      planned: t("geplant"),
    }[this.data.tree.status] ?? "";
  }

  #deedButtons(tree) {
    const act = (name, label, look) => button(label, look, { onclick: () => this.act(name) });
    const standing = STANDING.includes(tree.status);
    const gone = ["felled", "stump", "vanished"].includes(tree.status);
    const more = [
      standing && this.may("move") && act("move", t("Verschieben"), { kind: "tertiary" }),
      standing && this.may("fell") && act("fell", t("Als gefällt melden"), { kind: "tertiary" }),
      standing && this.may("fell") && act("vanish", t("Als verschwunden melden"), { kind: "tertiary" }),
    ].filter(Boolean);
    return [
      standing && this.data.may_not?.inspect && this.config.user.role !== "administrator"
        ? h("p.card-note", {}, this.data.may_not.inspect)
        : null,
      standing && this.may("inspect") &&
      act("inspect", t("Kontrolle erfassen"), { kind: "primary", icon: "checklist" }),
      gone && (this.may("replace") || this.may("plant")) && !this.data.replaced_by?.length &&
      act("replace", t("Ersatzbaum pflanzen"), { kind: "primary", icon: "add" }),
      this.may("correct") && act("edit", t("Bearbeiten"), { kind: "secondary", icon: "edit" }),
      more.length
        ? h(
          "details.baum-menu.card-more",
          { "data-closes": true },
          h(
            "summary",
            { "aria-label": t("Weitere Aktionen"), title: t("Weitere Aktionen") },
            h("span.kern-icon.kern-icon--more-vert", { "aria-hidden": "true" }),
          ),
          h("div.baum-menu__body", {}, more),
        )
        : null,
    ].filter(Boolean);
  }

  #tabs() {
    const open = (this.data.measures ?? []).filter((row) => row.state === "open").length;
    const tabs = [
      ["uebersicht", t("Übersicht")],
      this.may("view_inspections") && ["kontrollen", t("Kontrollen")],
      ["massnahmen", t("Maßnahmen"), open],
      ["fotos", t("Fotos"), (this.data.photos ?? []).length],
      this.may("view_history") && ["verlauf", t("Verlauf")],
    ].filter(Boolean);
    const wanted = tabs.some(([key]) => key === this.tab) ? this.tab : "uebersicht";
    this.tabs.setTabs(tabs, wanted);
    this.#showTab(wanted, false);
  }

  #showTab(key, byHand) {
    this.tab = key;
    if (byHand) {
      tell(this, "card-tab", key === "uebersicht" ? "" : key);
      if (this.dataset.height === "peek") this.dataset.height = "half";
    }
    this.body.scrollTop = 0;
    if (key === "verlauf") return this.#showHistory();
    const fill = {
      uebersicht: () => overview(this.data, this.may, this.words),
      kontrollen: () => inspections(this.data, this.may, this.words),
      massnahmen: () => measures(this.data, this.may, this.config.day),
      fotos: () => photos(this.data, this.may),
    }[key];
    this.body.replaceChildren(...fill().flat().filter(Boolean));
  }

  async #showHistory() {
    const id = this.treeId;
    this.body.replaceChildren(skeleton(6));
    try {
      this.past ??= await read(`/api/v1/trees/${id}/history/`);
      if (id === this.treeId && this.tab === "verlauf") {
        this.body.replaceChildren(...history(this.past.results ?? this.past));
      }
    } catch (error) {
      if (id === this.treeId) this.body.replaceChildren(alertBox("danger", error.sentence));
    }
  }
}

customElements.define("tree-card", TreeCard);
