/** `<filter-panel>`: the filters in force as chips, and fields to add more. */

import { day, plusDays } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h, icon, tell } from "baum/components/elements.js";

/** What a chip says before its value. */
const LABELS = {
  district: t("Ortsteil"),
  place: t("Objekt"),
  species: t("Art"),
  unit: t("Revier"),
  due_until: t("fällig bis"),
  q: t("Suche"),
  mine: t("Meine Reviere"),
  status: t("Status"),
};

const STATUS_WORDS = {
  planned: t("geplant"),
  planted: t("gepflanzt"),
  standing: t("Bestand"),
  felled: t("gefällt"),
  stump: t("Stubben"),
  vanished: t("verschwunden"),
  unverified: t("ungeprüft"),
};

class FilterPanel extends HTMLElement {
  connectedCallback() {
    this.names = new Map();
    this.chips = h("ul.baum-chips.panel-chips", { "aria-label": t("Gesetzte Filter") });
    this.district = this.#select("district", t("Ortsteil"));
    this.unit = this.#select("unit", t("Revier"));
    this.until = h("input.panel-field__input", {
      id: "filter-due",
      type: "date",
      onchange: () => this.#set("due_until", this.until.value),
    });
    this.mine = h("input", {
      id: "filter-mine",
      type: "checkbox",
      onchange: () => this.#set("mine", this.mine.checked ? "1" : ""),
    });
    this.fields = h(
      "div.panel-fields",
      {},
      this.#field(t("Ortsteil"), this.district),
      this.#field(t("Revier"), this.unit),
      this.#field(t("Fällig bis"), this.until),
      h(
        "div.baum-chips",
        {},
        this.#quick(t("heute"), 0),
        this.#quick(t("30 Tage"), 30),
        this.#quick(t("90 Tage"), 90),
      ),
      h("label.baum-choice", {}, this.mine, h("span", {}, t("nur meine Reviere"))),
    );
    this.append(
      this.chips,
      h(
        "details.panel-details",
        {},
        h("summary", {}, t("Filter")),
        this.fields,
        h("p.baum-muted", {}, t("Objekte und Baumarten wählen Sie über die Suche.")),
      ),
    );
  }

  /** @param {{today: string, mayUnits: boolean}} options */
  configure({ today, mayUnits }) {
    this.today = today;
    if (!mayUnits) this.unit.closest(".panel-field").hidden = true;
    this.mine.closest("label").hidden = !mayUnits;
  }

  /** @param {"district"|"unit"} name @param {{id: string, name: string}[]} rows */
  setChoices(name, rows) {
    for (const row of rows) this.remember(row.id, row.name);
    this[name].append(...rows.map((row) => h("option", { value: row.id }, row.name)));
  }

  /** Know the words for a key, so that its chip can be read. */
  remember(id, words) {
    this.names.set(id, words);
    if (this.filter) this.show(this.filter);
  }

  /** Keys in the filter whose words are not known yet. */
  unknown() {
    return ["place", "species"].flatMap((name) => this.filter[name].map((id) => ({ name, id }))).filter((
      { id },
    ) => !this.names.has(id));
  }

  show(filter) {
    this.filter = filter;
    const chips = ["mine", "district", "unit", "place", "species", "status", "due_until", "q"]
      .flatMap((name) => [filter[name]].flat().filter(Boolean).map((value) => this.#chip(name, value)));
    if (chips.length > 1) {
      chips.push(h(
        "li",
        {},
        h(
          "button.baum-chip.baum-chip--quiet",
          { type: "button", onclick: () => tell(this, "clear-filter") },
          t("alle entfernen"),
        ),
      ));
    }
    this.chips.replaceChildren(...chips);
    this.chips.hidden = !chips.length;
    this.until.value = filter.due_until;
    this.mine.checked = filter.mine === "1";
    this.district.value = "";
    this.unit.value = "";
  }

  #chip(name, value) {
    const words = {
      due_until: () => day(value, LANGUAGE),
      q: () => `„${value}“`,
      mine: () => "",
      status: () => STATUS_WORDS[value] ?? value,
    }[name];
    const text = words ? words() : this.names.get(value) ?? "…";
    const label = [LABELS[name], text].filter(Boolean).join(" ");
    return h(
      "li",
      {},
      h(
        "button.baum-chip",
        {
          type: "button",
          title: t("Filter entfernen"),
          onclick: () => tell(this, "set-filter", { name, value, on: false }),
        },
        h("span", {}, label),
        icon("close"),
        h("span.kern-sr-only", {}, t("entfernen")),
      ),
    );
  }

  #select(name, label) {
    return h("select.panel-field__input", {
      id: `filter-${name}`,
      onchange: (event) => event.target.value && this.#set(name, event.target.value),
    }, h("option", { value: "" }, t("{label} wählen", { label })));
  }

  #field(label, input) {
    return h("div.panel-field", {}, h("label", { for: input.id }, label), input);
  }

  #quick(label, days) {
    return h("button.baum-chip", {
      type: "button",
      onclick: () => this.#set("due_until", plusDays(this.today, days)),
    }, label);
  }

  #set(name, value) {
    tell(this, "set-filter", { name, value, on: Boolean(value) });
  }
}

customElements.define("filter-panel", FilterPanel);
