/** Choosing what to take along: district, drawn polygon, filter or tour; what it weighs; fetching it. */

import { h } from "baum/components/elements.js";
import { choices, labelled, notice, part, sizeWords, tapButton, tick } from "baum/components/field/parts.js";
import { progressBox } from "baum/components/field/progress_box.js";
import { day as dayWords, number, plusDays } from "baum/core/formats.js";
import { tilesWeight } from "baum/components/field/weights.js";
import { sizeOf, takeAlong } from "baum/io/field/areas.js";
import { askJson } from "baum/io/field/net.js";
import { isTakeable } from "baum/io/field/tiles.js";
import { LANGUAGE, t } from "baum/io/words.js";

/** Days ahead that "due until" offers first. */
const AHEAD_DAYS = 30;
/** After the last change of a filter, before the server is asked. */
const WAIT_MS = 350;

class FieldTakeAlongChoice extends HTMLElement {
  /**
   * @param {{reference: object, day: string, baseMap: string|null, draw: () => Promise<number[][]|null>,
   *   done: () => void}} options
   */
  configure(options) {
    this.options = options;
    this.filter = { due_until: plusDays(options.day, AHEAD_DAYS), mine: false, unit: "", place: "" };
    this.withTiles = true;
    this.withThumbs = true;
    this.baseMap = this.#offered().some((row) => row.id === options.baseMap)
      ? options.baseMap
      : this.#offered()[0]?.id ?? null;
    return this;
  }

  connectedCallback() {
    if (this.form) return;
    this.form = h("div");
    this.weight = h("div", { "aria-live": "polite" });
    this.append(
      choices(
        "take-along-kind",
        t("Was kommt mit?"),
        [
          { value: "district", label: t("Ein Ortsteil") },
          { value: "polygon", label: t("Ein Gebiet auf der Karte"), note: t("Ecke für Ecke getippt") },
          { value: "filter", label: t("Ein Filter"), note: t("fällig bis, meine Bäume, Objekt") },
          { value: "tour", label: t("Eine Tour"), note: t("im Büro geplant") },
        ],
        "",
        (kind) => this.#choose(kind),
      ),
      this.form,
      this.weight,
    );
  }

  /** Base maps that may be kept on a tablet. */
  #offered() {
    return this.options.reference.base_maps.filter(isTakeable);
  }

  #choose(kind) {
    this.area = null;
    this.weight.replaceChildren();
    const forms = {
      district: () => this.#districts(),
      polygon: () => this.#polygon(),
      filter: () => this.#filterForm(),
      tour: () => this.#tours(),
    };
    this.form.replaceChildren(forms[kind]());
    this.form.scrollIntoView({ block: "nearest" });
  }

  #districts() {
    const rows = this.options.reference.districts.map(({ id, name }) => ({ value: id, label: name }));
    return choices("take-along-district", t("Welcher Ortsteil?"), rows, "", (district) => {
      const { label } = rows.find((row) => row.value === district);
      this.#weigh({ kind: "district", district }, label);
    });
  }

  #polygon() {
    return tapButton(t("Auf der Karte zeichnen"), { kind: "primary", icon: "group", wide: true }, {
      onclick: async () => {
        const ring = await this.options.draw();
        if (!ring) return;
        this.#weigh({ kind: "polygon", ring }, t("Gebiet vom {day}", { day: dayWords(this.options.day, LANGUAGE) }));
      },
    });
  }

  #filterForm() {
    const { units, places } = this.options.reference;
    const set = (name) => (event) => {
      this.filter[name] = event.target.value;
      this.#later();
    };
    const select = (name, rows, all) =>
      h(
        "select.field-input",
        { onchange: set(name) },
        h("option", { value: "" }, all),
        rows.map((row) => h("option", { value: row.id }, row.name)),
      );
    this.#later();
    return part(
      t("Filter"),
      labelled(
        t("Fällig bis"),
        h("input.field-input", { type: "date", value: this.filter.due_until, onchange: set("due_until") }),
      ),
      tick(t("Nur Bäume meines Reviers"), this.filter.mine, (mine) => {
        this.filter.mine = mine;
        this.#later();
      }),
      labelled(t("Zuständiges Revier"), select("unit", units, t("alle Reviere"))),
      labelled(t("Objekt"), select("place", places, t("alle Objekte"))),
    );
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const { due_until, mine, unit, place } = this.filter;
      const area = { kind: "filter", ...Object.fromEntries(
        Object.entries({ due_until, mine, unit, place }).filter(([, value]) => value),
      ) };
      this.#weigh(area, this.#filterName(area));
    }, WAIT_MS);
  }

  #filterName({ due_until, mine, unit, place }) {
    const { units, places } = this.options.reference;
    const named = (rows, id) => rows.find((row) => row.id === id)?.name;
    return [
      due_until ? t("fällig bis {day}", { day: dayWords(due_until, LANGUAGE) }) : t("alle Bäume"),
      mine && t("mein Revier"),
      named(units, unit),
      named(places, place),
    ].filter(Boolean).join(", ");
  }

  #tours() {
    const host = h("div", {}, h("p.field-lead", {}, t("Touren werden geholt …")));
    askJson("GET", "tours/").then(({ tours }) => {
      const rows = [...tours].sort((a, b) => Number(b.mine) - Number(a.mine)).map((tour) => ({
        value: tour.id,
        label: tour.name,
        note: [
          dayWords(tour.planned_on, LANGUAGE),
          tour.assignee_name,
          t("{open} von {trees} offen", { open: tour.open, trees: tour.trees }),
        ].filter(Boolean).join(" · "),
      }));
      host.replaceChildren(rows.length
        ? choices("take-along-tour", t("Welche Tour?"), rows, "", (tour) => {
          this.#weigh({ kind: "tour", tour }, rows.find((row) => row.value === tour).label);
        })
        : h("p.baum-empty", {}, t("Keine Tour geplant. Touren legt das Büro aus einer Liste von Bäumen an.")));
    }, (error) => host.replaceChildren(h("p.field-card__warning", {}, error.sentence)));
    return host;
  }

  /** Ask what an area weighs, and show it with the way to take it. */
  async #weigh(area, name) {
    this.area = area;
    this.name = name;
    this.weight.replaceChildren(h("p.field-lead", {}, t("Größe wird ermittelt …")));
    try {
      const size = await sizeOf(area);
      if (this.area !== area) return;
      this.size = size;
      this.#showWeight();
    } catch (error) {
      if (this.area === area) this.weight.replaceChildren(h("p.field-card__warning", {}, error.sentence));
    }
  }

  #showWeight() {
    const { size } = this;
    if (!size.trees) {
      this.weight.replaceChildren(h("p.baum-empty", {}, t("Hier steht kein Baum, der dazu passt.")));
      return;
    }
    const base = this.#offered().find((row) => row.id === this.baseMap);
    const tiles = base ? tilesWeight(size, base) : { count: 0, bytes: 0 };
    const total = size.bytes + (this.withThumbs ? size.photo_bytes : 0) + (this.withTiles ? tiles.bytes : 0);
    const row = (label, count, bytes) =>
      h("tr", {}, h("th", { scope: "row" }, label), h("td", {}, number(count, LANGUAGE, 0)), h("td", {}, sizeWords(bytes)));
    this.weight.replaceChildren(
      part(
        this.name,
        h(
          "table.field-weight",
          {},
          h("caption.kern-sr-only", {}, t("Was mitkommt")),
          h(
            "tbody",
            {},
            row(t("Bäume mit Kontrollen"), size.trees, size.bytes),
            this.withThumbs ? row(t("Vorschaubilder"), size.photos, size.photo_bytes) : null,
            this.withTiles && base ? row(t("Kartenstücke"), tiles.count, tiles.bytes) : null,
          ),
          h(
            "tfoot",
            {},
            h("tr", {}, h("th", { scope: "row", colspan: "2" }, t("zusammen etwa")), h("td", {}, sizeWords(total))),
          ),
        ),
        tick(t("Vorschaubilder mitnehmen"), this.withThumbs, (on) => {
          this.withThumbs = on;
          this.#showWeight();
        }),
        this.#baseChoice(),
        tapButton(t("Mitnehmen"), { kind: "primary", icon: "bring", wide: true }, { onclick: () => this.#take() }),
      ),
    );
  }

  #baseChoice() {
    const rows = this.#offered().map(({ id, name }) => ({ value: id, label: name }));
    if (!rows.length) return h("p.field-lead", {}, t("Keine der Hintergrundkarten darf mitgenommen werden."));
    return choices(
      "take-along-base",
      t("Hintergrundkarte"),
      [...rows, { value: "", label: t("ohne Karte") }],
      this.withTiles ? this.baseMap : "",
      (id) => {
        this.withTiles = id !== "";
        if (id) this.baseMap = id;
        this.#showWeight();
      },
    );
  }

  async #take() {
    const stop = new AbortController();
    const box = progressBox(t("„{name}“ wird geholt", { name: this.name }), () => stop.abort());
    this.replaceChildren(box.element);
    const base = this.#offered().find((row) => row.id === this.baseMap) ?? null;
    try {
      await takeAlong({
        name: this.name,
        area: this.area,
        baseMap: this.withTiles ? base : null,
        withTiles: this.withTiles && Boolean(base),
        withThumbs: this.withThumbs,
      }, { onProgress: box.show, signal: stop.signal });
      notice("success", t("„{name}“ ist auf dem Tablet.", { name: this.name }));
    } catch (error) {
      if (error.name === "AbortError") {
        notice("info", t("Angehalten. Was schon da ist, bleibt; „Auffrischen“ holt den Rest."));
      } else notice("warning", error.sentence ?? String(error.message));
    }
    this.options.done();
  }
}

customElements.define("field-take-along-choice", FieldTakeAlongChoice);
