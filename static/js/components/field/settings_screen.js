/** The field app's settings: look, language, position, base map, device, PIN, people, version, room. */

import { h } from "baum/components/elements.js";
import { treesWords } from "baum/components/field/counts.js";
import { choices, labelled, notice, part, sizeWords, tapButton } from "baum/components/field/parts.js";
import { wrongBy } from "baum/io/field/clock.js";
import { device, register } from "baum/io/field/device.js";
import { all, set } from "baum/io/field/preferences.js";
import { lookForNewer } from "baum/io/field/shell.js";
import { room } from "baum/io/field/storage.js";
import { countTrees } from "baum/io/field/trees.js";
import { LANGUAGE, t } from "baum/io/words.js";
import "baum/components/field/people_switch.js";

/** Metres that a position may be off; 0 takes all. */
const ACCURACIES = [0, 3, 5, 10, 20];

class FieldSettings extends HTMLElement {
  /**
   * @param {{config: object, person: () => object, applied: (name: string, value: any) => void,
   *   guard: (id: string) => Promise<boolean>, pin: {minutes: number, change: () => Promise<boolean>},
   *   newVersion: () => object|null}} options
   */
  configure(options) {
    this.options = options;
    return this;
  }

  async connectedCallback() {
    if (this.children.length) return;
    const [kept, own, space, trees, clock] = await Promise.all([all(), device(), room(), countTrees(), wrongBy()]);
    this.append(...[
      this.#clock(clock),
      this.#look(kept),
      this.#position(kept),
      this.#baseMap(kept),
      part(t("Wer arbeitet"), h("field-people").configure({ guard: this.options.guard })),
      this.#pin(),
      this.#device(own),
      this.#version(space, trees),
    ].filter(Boolean));
  }

  async #set(name, value) {
    await set(name, value);
    this.options.applied(name, value);
  }

  #clock(seconds) {
    if (seconds === null) return null;
    const n = Math.round(Math.abs(seconds) / 60);
    return part(
      t("Uhr des Tablets"),
      h(
        "p.field-card__warning",
        {},
        seconds > 0
          ? t("Sie geht {n} Minuten nach. Bitte in den Einstellungen des Tablets richtig stellen; sonst muss das Büro jeden Eintrag prüfen.", { n })
          : t("Sie geht {n} Minuten vor. Bitte in den Einstellungen des Tablets richtig stellen; sonst muss das Büro jeden Eintrag prüfen.", { n }),
      ),
    );
  }

  #look(kept) {
    const themes = [
      { value: "light", label: t("Hell") },
      { value: "dark", label: t("Dunkel") },
      { value: "sun", label: t("Sonne"), note: t("Schwarz auf Weiß, kräftige Linien") },
    ];
    const { pages } = this.options.config;
    const language = (code, words) =>
      h("a.field-btn", {
        href: pages[code],
        hreflang: code,
        lang: code,
        "aria-current": code === LANGUAGE ? "true" : null,
        onclick: async (event) => {
          event.preventDefault();
          await set("language", code);
          location.assign(pages[code]);
        },
      }, words);
    return part(
      t("Darstellung"),
      choices("theme", t("Farben"), themes, kept.theme, (value) => this.#set("theme", value)),
      h("div.field-pair", { role: "group", "aria-label": t("Sprache") }, language("de", "Deutsch"), language("en", "English")),
    );
  }

  #position(kept) {
    const rows = ACCURACIES.map((metres) => ({
      value: String(metres),
      label: metres ? t("besser als {n} m", { n: metres }) : t("alle Positionen"),
    }));
    return part(
      t("Position"),
      choices("accuracy", t("Nur Positionen verwenden, die so gut sind"), rows, String(kept.maxAccuracy), (value) =>
        this.#set("maxAccuracy", Number(value))),
    );
  }

  #baseMap(kept) {
    const rows = this.options.config.basemaps.map(({ id, name }) => ({ value: id, label: name }));
    if (rows.length < 2) return null;
    const chosen = rows.some(({ value }) => value === kept.baseMap) ? kept.baseMap : rows[0].value;
    return part(
      t("Hintergrundkarte"),
      choices("base-map", t("Auf der Karte"), rows, chosen, (value) => this.#set("baseMap", value)),
    );
  }

  #pin() {
    const { minutes, change } = this.options.pin;
    if (!minutes) return null;
    return part(
      t("PIN"),
      h("p", {}, minutes === 1
        ? t("Nach 1 Minute Pause sperrt sich das Tablet.")
        : t("Nach {n} Minuten Pause sperrt sich das Tablet.", { n: minutes })),
      tapButton(t("PIN ändern"), { icon: "lock" }, { onclick: change }),
    );
  }

  #device(own) {
    const field = h("input.field-input", { type: "text", maxlength: "60", autocomplete: "off", value: own.name });
    return part(
      t("Dieses Gerät"),
      labelled(t("Name des Geräts"), field),
      tapButton(t("Namen speichern"), {}, {
        onclick: async () => {
          const name = field.value.trim();
          if (!name) return field.focus();
          try {
            await register(name, this.options.person().id);
            notice("success", t("Das Gerät heißt jetzt „{name}“.", { name }));
          } catch (error) {
            notice("warning", error.sentence ?? String(error.message));
          }
        },
      }),
    );
  }

  #version(space, trees) {
    const waiting = this.options.newVersion();
    return part(
      t("Fassung und Speicher"),
      h("p", {}, t("Fassung {build}", { build: this.options.config.build || "–" })),
      waiting
        ? tapButton(t("Neue Fassung übernehmen"), { kind: "primary", icon: "bring" }, {
          onclick: async () => {
            const { ok, sentence } = await waiting.accept();
            if (!ok) notice("warning", sentence);
          },
        })
        : tapButton(t("Nach neuer Fassung sehen"), {}, {
          onclick: async () => {
            await lookForNewer();
            notice("info", t("Gibt es eine neue Fassung, wird sie im Hintergrund geholt und dann hier angeboten."));
          },
        }),
      h("p", {}, t("{trees} auf dem Tablet, {used} belegt, {free} frei.", {
        trees: treesWords(trees),
        used: sizeWords(space.usage ?? NaN),
        free: sizeWords(space.free ?? NaN),
      })),
      h(
        "p.field-lead",
        {},
        space.persisted
          ? t("Der Speicher ist dauerhaft: Das Tablet räumt ihn nicht von selbst.")
          : t("Der Speicher ist noch nicht dauerhaft. Unter „Mitnehmen“ lässt sich das ändern."),
      ),
    );
  }
}

customElements.define("field-settings", FieldSettings);
