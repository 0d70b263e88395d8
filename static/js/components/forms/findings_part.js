/** Part of the inspection form: zones → symptom chips → severity, note, photo, measure with urgency. */

import { newId } from "baum/io/ids.js";
import { nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { button, h } from "baum/components/elements.js";
import { active, findingCard, measureCard } from "baum/components/forms/finding_cards.js";

export class FindingsPart {
  /**
   * @param {object} words catalogues
   * @param {object[]} earlier findings of the inspection before, or of the one that is corrected
   * @param {boolean} keep take the earlier ones as they are (correction)
   * @param {{finding: string, how: string}[]} endings what a corrected inspection had ended
   */
  constructor(words, earlier, keep, endings = []) {
    this.words = words;
    this.earlier = keep ? [] : earlier;
    this.symptoms = new Map(words.symptoms.map((row) => [row.code, row]));
    this.findings = keep
      ? earlier.map((row) =>
        this.#finding(row.symptom, {
          severity: row.severity,
          note: row.note,
          observation: row.observation,
          continues: row.continues,
        })
      )
      : [];
    this.endings = endings.map(({ finding, how }) => ({ finding, how }));
    this.extra = [];
    this.zone = active(words.zones)[0]?.code;
    this.list = h("div.findings", { "aria-live": "polite" });
    this.chips = h("div.chips", { role: "group" });
    this.zones = h("div.zone-tabs", { role: "group", "aria-label": t("Baumbereich") });
    this.before = h("div.findings-before");
    this.measures = h("div.findings");
    this.element = h(
      "section.form-section",
      {},
      h("h4", {}, t("Befunde")),
      this.before,
      this.zones,
      this.chips,
      this.list,
      h("h4", {}, t("Weitere Maßnahmen")),
      this.measures,
      button(t("Maßnahme ohne Befund"), { icon: "add" }, { onclick: () => this.#addExtra() }),
    );
    this.show();
  }

  #finding(symptom, values = {}) {
    return {
      id: newId(),
      symptom,
      zone: this.symptoms.get(symptom)?.zone,
      severity: 0,
      note: "",
      observation: "seen",
      continues: null,
      measure: null,
      file: null,
      ...values,
    };
  }

  // --- what is handed on ---

  values() {
    const findings = this.findings.map(({ id, zone, symptom, severity, note, observation, continues }) => ({
      id,
      zone,
      symptom,
      severity,
      note,
      observation,
      ...(continues ? { continues } : {}),
    }));
    const measures = [
      ...this.findings.filter((row) => row.measure).map((row) => ({ ...row.measure, finding: row.id })),
      ...this.extra.map((row) => ({ ...row })),
    ];
    return { findings, measures, endings: this.endings };
  }

  /** Files by finding, to be sent before the inspection. */
  files() {
    return this.findings.filter((row) => row.file).map(({ id, file }) => ({ id, file }));
  }

  check() {
    return {};
  }

  complain(problems) {
    const names = [];
    const { measures } = this.values();
    for (const [name, sentences] of Object.entries(problems)) {
      const [list, i] = name.split(".");
      const key = list === "findings"
        ? this.findings[i]?.id
        : list === "measures"
        ? measures[i]?.finding ?? measures[i]?.id
        : null;
      if (key) names.push({ name, key, sentences });
    }
    this.problems = new Map(names.map(({ key, sentences }) => [key, sentences]));
    this.show();
    return names.map(({ name }) => name);
  }

  draft() {
    const findings = this.findings.map((row) => ({ ...row, file: null }));
    return { findings, extra: this.extra, endings: this.endings };
  }

  fillDraft({ findings, extra, endings = [] }) {
    Object.assign(this, { findings, extra, endings });
    this.show();
  }

  // --- what is shown ---

  show() {
    this.#showBefore();
    this.zones.replaceChildren(...active(this.words.zones).map((zone) => this.#zoneTab(zone)));
    this.chips.setAttribute("aria-label", t("Schadsymptome"));
    this.chips.replaceChildren(
      ...active(this.words.symptoms).filter((row) => row.zone === this.zone).map((row) => this.#chip(row)),
    );
    this.list.replaceChildren(
      ...(this.findings.length
        ? this.findings.map((row) =>
          findingCard(row, this.words, {
            sentences: this.problems?.get(row.id),
            drop: () => this.#drop(row),
            show: () => this.show(),
          })
        )
        : [h("p.baum-muted", {}, t("Ohne Befund. Wählen Sie oben, was Sie sehen."))]),
    );
    this.measures.replaceChildren(...this.extra.map((row) =>
      measureCard(row, this.words, {
        sentences: this.problems?.get(row.id),
        drop: () => this.#dropExtra(row),
      })
    ));
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #showBefore() {
    const ended = (row) => this.endings.some((each) => each.finding === row.id);
    const open = this.earlier.filter((row) =>
      !ended(row) && !this.findings.some((own) => own.continues === row.id)
    );
    this.before.replaceChildren(
      ...(open.length
        ? [
          h("p.baum-muted", {}, t("Bei der letzten Kontrolle festgestellt:")),
          h(
            "ul.before-list",
            {},
            open.map((row) =>
              h(
                "li",
                {},
                h("span", {}, row.symptom_name ?? row.symptom, ` (${WORDS.severity[row.severity]})`),
                button(t("wieder gesehen"), { small: true }, { onclick: () => this.#continue(row, "seen") }),
                button(t("übernehmen"), { kind: "tertiary", small: true }, {
                  title: t("Nicht neu gesehen, aber noch nicht erledigt"),
                  onclick: () => this.#continue(row, "carried_over"),
                }),
                button(WORDS.ending.gone, { kind: "tertiary", small: true }, {
                  onclick: () => this.#end(row, "gone"),
                }),
                button(WORDS.ending.repaired, { kind: "tertiary", small: true }, {
                  onclick: () => this.#end(row, "repaired"),
                }),
              )
            ),
          ),
        ]
        : []),
    );
  }

  #continue(row, observation) {
    this.findings.push(
      this.#finding(row.symptom, { severity: row.severity, note: row.note, observation, continues: row.id }),
    );
    this.show();
  }

  #end(row, how) {
    this.endings.push({ finding: row.id, how });
    this.show();
  }

  #zoneTab(zone) {
    const count = this.findings.filter((row) => row.zone === zone.code).length;
    return h(
      "button.zone-tab",
      {
        type: "button",
        "aria-pressed": String(zone.code === this.zone),
        onclick: () => {
          this.zone = zone.code;
          this.show();
        },
      },
      nameOf(zone),
      count ? h("span.tabs__count", {}, String(count)) : null,
    );
  }

  #chip(symptom) {
    const on = this.findings.some((row) => row.symptom === symptom.code);
    return h(
      "button.baum-chip",
      {
        type: "button",
        "aria-pressed": String(on),
        title: symptom.help ?? symptom.help_de,
        onclick: () => this.#toggle(symptom.code),
      },
      nameOf(symptom),
      symptom.species_protection ? h("span.chip-mark", { title: t("Artenschutz beachten") }, "§") : null,
    );
  }

  #toggle(code) {
    if (this.findings.some((row) => row.symptom === code)) {
      this.findings = this.findings.filter((row) => row.symptom !== code);
    } else this.findings.push(this.#finding(code));
    this.show();
    this.chips.querySelectorAll("button").forEach((chip) =>
      chip.textContent.startsWith(nameOf(this.symptoms.get(code))) && chip.focus({ preventScroll: true })
    );
  }

  #drop(row) {
    this.findings = this.findings.filter((each) => each !== row);
    this.show();
  }

  #dropExtra(row) {
    this.extra = this.extra.filter((each) => each !== row);
    this.show();
  }

  #addExtra() {
    this.extra.push({ id: newId(), kind: "", urgency: "", note: "" });
    this.show();
  }
}
