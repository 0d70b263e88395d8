/** "Mitnehmen": areas on the tablet with age and size, refresh and removal, and the way to one more. */

import { alertBox, h, skeleton } from "baum/components/elements.js";
import { treesWords } from "baum/components/field/counts.js";
import { notice, openScreen, part, sizeWords, tapButton } from "baum/components/field/parts.js";
import { progressBox } from "baum/components/field/progress_box.js";
import { moment } from "baum/core/formats.js";
import { list, refresh, remove } from "baum/io/field/areas.js";
import { persist, room } from "baum/io/field/storage.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { THUMB_BYTES, TILE_BYTES, TREE_BYTES } from "baum/components/field/weights.js";

/** Words of a fetched area: how many trees, about how large, from when. */
function factsOf(area) {
  const bytes = area.trees * TREE_BYTES + area.thumbs * THUMB_BYTES + area.tiles * TILE_BYTES;
  return [
    treesWords(area.trees),
    t("etwa {size}", { size: sizeWords(bytes) }),
    area.fetched_at &&
    t("Stand {moment}", { moment: moment(new Date(area.fetched_at).toISOString(), LANGUAGE) }),
  ].filter(Boolean).join(" · ");
}

class FieldTakeAlong extends HTMLElement {
  connectedCallback() {
    if (!this.areas) this.#build();
    this.refresh();
  }

  #build() {
    this.areas = h("ul.field-cards", {}, h("li", {}, skeleton(3)));
    this.work = h("div");
    this.space = h("div");
    this.more = tapButton("", { kind: "primary", icon: "bring", wide: true }, {
      onclick: () => openScreen("take_along_choice"),
    });
    this.append(
      this.work,
      part(t("Auf dem Tablet"), this.areas),
      this.more,
      part(t("Speicher"), this.space),
    );
  }

  /** Read again what is on board. */
  async refresh() {
    const [areas, space] = await Promise.all([list(), room()]);
    this.areas.replaceChildren(...(areas.length ? areas.map((area) => this.#card(area)) : [
      h(
        "li.baum-empty",
        {},
        t("Noch nichts mitgenommen. Ein Ortsteil, ein gezeichnetes Gebiet, ein Filter oder eine Tour füllt die Karte."),
      ),
    ]));
    this.more.lastElementChild.textContent = areas.length ? t("Weiteres Gebiet mitnehmen") : t("Gebiet mitnehmen");
    this.space.replaceChildren(...this.#spaceWords(space));
  }

  #card(area) {
    const busy = Boolean(this.stop);
    return h(
      "li.field-card",
      { dataset: { area: area.id } },
      h("h3.field-card__title", {}, area.name),
      h("p.field-card__facts", {}, factsOf(area)),
      area.stale &&
        h(
          "p.field-card__warning",
          {},
          t("Älter als 7 Tage. „Auffrischen“ holt nur, was sich geändert hat."),
        ),
      // As of the last load: the next one brings what is computed by then.
      area.old_dates && h("p.field-card__warning", {}, area.old_dates),
      area.complete === false && h("p.field-card__warning", {}, t("Noch nicht vollständig. „Auffrischen“ holt den Rest.")),
      h(
        "div.field-card__buttons",
        {},
        tapButton(t("Auffrischen"), { icon: "bring" }, { disabled: busy, onclick: () => this.#refresh(area) }),
        tapButton(t("Entfernen"), { icon: "close" }, {
          disabled: busy,
          "aria-label": t("„{name}“ entfernen", { name: area.name }),
          onclick: (event) => this.#askRemoval(area, event.currentTarget.closest("li")),
        }),
      ),
    );
  }

  async #refresh(area) {
    this.stop = new AbortController();
    const box = progressBox(t("„{name}“ wird aufgefrischt", { name: area.name }), () => this.stop.abort());
    this.work.replaceChildren(box.element);
    try {
      await refresh(area.id, { onProgress: box.show, signal: this.stop.signal });
      notice("success", t("„{name}“ ist auf dem neuesten Stand.", { name: area.name }));
    } catch (error) {
      if (error.name !== "AbortError") notice("warning", error.sentence ?? String(error.message));
    }
    this.stop = null;
    this.work.replaceChildren();
    await this.refresh();
  }

  /** The question stands in the card itself, and names what goes and what stays. */
  #askRemoval(area, card) {
    const question = h(
      "div.field-card__question",
      { role: "group" },
      h(
        "p",
        {},
        t("„{name}“ vom Tablet entfernen? Nicht gesendete Einträge bleiben erhalten.", { name: area.name }),
      ),
      h(
        "div.field-card__buttons",
        {},
        tapButton(t("„{name}“ entfernen", { name: area.name }), { kind: "danger" }, {
          onclick: async () => {
            await remove(area.id);
            notice("success", t("„{name}“ ist entfernt, der Platz ist frei.", { name: area.name }));
            await this.refresh();
          },
        }),
        tapButton(t("Behalten"), {}, { onclick: () => this.refresh() }),
      ),
    );
    card.querySelector(".field-card__buttons").replaceWith(question);
    question.querySelectorAll("button")[1].focus();
  }

  #spaceWords(space) {
    const used = Number.isFinite(space.usage) ? sizeWords(space.usage) : t("unbekannt");
    const free = Number.isFinite(space.free) ? sizeWords(space.free) : t("unbekannt");
    return [
      h("p", {}, t("{used} belegt, {free} frei.", { used, free })),
      space.persisted ? h("p", {}, t("Der Speicher ist dauerhaft: Das Tablet räumt ihn nicht von selbst.")) : h(
        "div.field-part",
        {},
        alertBox("warning", t("Der Speicher ist noch nicht dauerhaft. Bei Platzmangel könnte das Tablet ihn räumen.")),
        tapButton(t("Dauerhaft machen"), { icon: "lock" }, { onclick: () => this.#persist() }),
      ),
    ];
  }

  async #persist() {
    if (!await persist()) {
      notice("info", t("Das Tablet hat es noch nicht erlaubt. Als App auf dem Startbildschirm erlaubt es das meist von selbst."));
    }
    await this.refresh();
  }
}

customElements.define("field-take-along", FieldTakeAlong);
