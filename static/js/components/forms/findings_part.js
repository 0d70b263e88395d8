/** Part of the inspection form: zones → symptom chips → severity, note, photo, measure with urgency. */

import { suggestedKinds } from "baum/core/findings.js";
import { newId } from "baum/io/ids.js";
import { nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { button, h, icon, iconButton } from "baum/components/elements.js";

const active = (rows) => (rows ?? []).filter((row) => row.active !== false);

export class FindingsPart {
  /**
   * @param {object} words catalogues
   * @param {object[]} earlier findings of the inspection before, or of the one that is corrected
   * @param {boolean} keep take the earlier ones as they are (correction)
   */
  constructor(words, earlier, keep) {
    this.words = words;
    this.earlier = keep ? [] : earlier;
    this.symptoms = new Map(words.symptoms.map((row) => [row.code, row]));
    this.findings = keep ? earlier.map((row) => this.#finding(row.symptom, { severity: row.severity, note: row.note, observation: row.observation, continues: row.continues })) : [];
    this.extra = [];
    this.zone = active(words.zones)[0]?.code;
    this.list = h("div.findings", { "aria-live": "polite" });
    this.chips = h("div.chips", { role: "group" });
    this.zones = h("div.zone-tabs", { role: "group", "aria-label": t("Baumbereich") });
    this.before = h("div.findings-before");
    this.measures = h("div.findings");
    this.element = h("section.form-section", {}, h("h4", {}, t("Befunde")), this.before, this.zones, this.chips, this.list,
      h("h4", {}, t("Weitere Maßnahmen")), this.measures,
      button(t("Maßnahme ohne Befund"), { icon: "add" }, { onclick: () => { this.extra.push({ id: newId(), kind: "", urgency: "", note: "" }); this.show(); } }));
    this.show();
  }

  #finding(symptom, values = {}) {
    return { id: newId(), symptom, zone: this.symptoms.get(symptom)?.zone, severity: 0, note: "", observation: "seen", continues: null, measure: null, file: null, ...values };
  }

  // --- what is handed on ---

  values() {
    const findings = this.findings.map(({ id, zone, symptom, severity, note, observation, continues }) => ({
      id, zone, symptom, severity, note, observation, ...(continues ? { continues } : {}),
    }));
    const measures = [
      ...this.findings.filter((row) => row.measure).map((row) => ({ ...row.measure, finding: row.id })),
      ...this.extra.map((row) => ({ ...row })),
    ];
    return { findings, measures };
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
      const key = list === "findings" ? this.findings[i]?.id : list === "measures" ? measures[i]?.finding ?? measures[i]?.id : null;
      if (key) names.push({ name, key, sentences });
    }
    this.problems = new Map(names.map(({ key, sentences }) => [key, sentences]));
    this.show();
    return names.map(({ name }) => name);
  }

  draft() {
    return { findings: this.findings.map((row) => ({ ...row, file: null })), extra: this.extra };
  }

  fillDraft({ findings, extra }) {
    Object.assign(this, { findings, extra });
    this.show();
  }

  // --- what is shown ---

  show() {
    this.#showBefore();
    this.zones.replaceChildren(...active(this.words.zones).map((zone) => this.#zoneTab(zone)));
    this.chips.setAttribute("aria-label", t("Schadsymptome"));
    this.chips.replaceChildren(...active(this.words.symptoms).filter((row) => row.zone === this.zone).map((row) => this.#chip(row)));
    this.list.replaceChildren(...(this.findings.length ? this.findings.map((row) => this.#card(row)) : [h("p.baum-muted", {}, t("Ohne Befund. Wählen Sie oben, was Sie sehen."))]));
    this.measures.replaceChildren(...this.extra.map((row) => this.#extraCard(row)));
    this.element.dispatchEvent(new Event("change", { bubbles: true }));
  }

  #showBefore() {
    const open = this.earlier.filter((row) => !this.findings.some((own) => own.continues === row.id));
    this.before.replaceChildren(...(open.length ? [
      h("p.baum-muted", {}, t("Bei der letzten Kontrolle festgestellt:")),
      h("ul.before-list", {}, open.map((row) => h("li", {}, h("span", {}, row.symptom_name ?? row.symptom, ` (${WORDS.severity[row.severity]})`),
        button(t("wieder gesehen"), { small: true }, { onclick: () => this.#continue(row, "seen") }),
        button(t("übernehmen"), { kind: "tertiary", small: true }, { title: t("Nicht neu gesehen, aber noch nicht erledigt"), onclick: () => this.#continue(row, "carried_over") })))),
    ] : []));
  }

  #continue(row, observation) {
    this.findings.push(this.#finding(row.symptom, { severity: row.severity, note: row.note, observation, continues: row.id }));
    this.show();
  }

  #zoneTab(zone) {
    const count = this.findings.filter((row) => row.zone === zone.code).length;
    return h("button.zone-tab", { type: "button", "aria-pressed": String(zone.code === this.zone), onclick: () => { this.zone = zone.code; this.show(); } },
      nameOf(zone), count ? h("span.tabs__count", {}, String(count)) : null);
  }

  #chip(symptom) {
    const on = this.findings.some((row) => row.symptom === symptom.code);
    return h("button.baum-chip", { type: "button", "aria-pressed": String(on), title: symptom.help ?? symptom.help_de, onclick: () => this.#toggle(symptom.code) },
      nameOf(symptom), symptom.species_protection ? h("span.chip-mark", { title: t("Artenschutz beachten") }, "§") : null);
  }

  #toggle(code) {
    if (this.findings.some((row) => row.symptom === code)) this.findings = this.findings.filter((row) => row.symptom !== code);
    else this.findings.push(this.#finding(code));
    this.show();
    this.chips.querySelectorAll("button").forEach((chip) => chip.textContent.startsWith(nameOf(this.symptoms.get(code))) && chip.focus({ preventScroll: true }));
  }

  #card(row) {
    const symptom = this.symptoms.get(row.symptom) ?? { code: row.symptom };
    const sentences = this.problems?.get(row.id);
    return h("article.finding", { class: sentences ? "has-problem" : "" },
      h("header.finding__head", {}, h("strong", {}, nameOf(symptom) || row.symptom),
        row.observation === "carried_over" ? h("span.baum-muted", {}, t("übernommen")) : null,
        iconButton(t("Befund „{name}“ entfernen", { name: nameOf(symptom) }), "delete", { onclick: () => this.#drop(row) })),
      radioChips(t("Ausmaß"), row.id, Object.entries(WORDS.severity), String(row.severity || ""), (value) => { row.severity = Number(value); }),
      h("label.finding__note", {}, h("span", {}, t("Bemerkung")), h("input.panel-field__input", { type: "text", value: row.note, maxlength: "300", oninput: (event) => { row.note = event.target.value; } })),
      row.measure ? this.#measureFields(row.measure, [row.symptom], () => { row.measure = null; this.show(); }) : null,
      h("div.kern-btn-wrapper", {}, row.measure ? null : button(t("Maßnahme dazu"), { icon: "add", small: true }, { onclick: () => { row.measure = this.#newMeasure([row.symptom]); this.show(); } }),
        this.#photoButton(row)),
      problemLine(sentences));
  }

  /** A label that looks like a button and opens the camera or the files. */
  #photoButton(row) {
    const words = h("span.kern-label", {}, row.file ? t("Foto: {name}", { name: row.file.name }) : t("Foto dazu"));
    return h("label.kern-btn.kern-btn--secondary.kern-btn--x-small.file-button", {}, icon("add"), words,
      h("input", { type: "file", accept: "image/jpeg,image/png,image/webp", onchange: (event) => {
        row.file = event.target.files[0] ?? null;
        words.textContent = row.file ? t("Foto: {name}", { name: row.file.name }) : t("Foto dazu");
      } }));
  }

  #drop(row) {
    this.findings = this.findings.filter((each) => each !== row);
    this.show();
  }

  #newMeasure(symptoms) {
    return { id: newId(), kind: suggestedKinds(symptoms, this.words.symptoms)[0] ?? "", urgency: "", note: "" };
  }

  #extraCard(row) {
    const sentences = this.problems?.get(row.id);
    return h("article.finding", { class: sentences ? "has-problem" : "" },
      this.#measureFields(row, [], () => { this.extra = this.extra.filter((each) => each !== row); this.show(); }), problemLine(sentences));
  }

  #measureFields(measure, symptoms, drop) {
    const suggested = suggestedKinds(symptoms, this.words.symptoms);
    const kinds = active(this.words.measure_kinds);
    const option = (kind) => h("option", { value: kind.code, selected: kind.code === measure.kind }, nameOf(kind));
    const [near, far] = [kinds.filter((kind) => suggested.includes(kind.code)), kinds.filter((kind) => !suggested.includes(kind.code))];
    const id = `m-${measure.id}`;
    return h("div.finding__measure", {},
      h("div.finding__measure-head", {}, h("label", { for: id }, t("Maßnahme")), iconButton(t("Maßnahme entfernen"), "close", { onclick: drop })),
      h("select.panel-field__input", { id, onchange: (event) => { measure.kind = event.target.value; } },
        h("option", { value: "" }, t("bitte wählen")),
        near.length ? h("optgroup", { label: t("dazu passend") }, near.map(option)) : null,
        h("optgroup", { label: near.length ? t("alle anderen") : t("alle") }, far.map(option))),
      radioChips(t("Dringlichkeit"), `u-${measure.id}`, active(this.words.urgencies).map((row) => [row.code, nameOf(row)]), measure.urgency, (value) => { measure.urgency = value; }));
  }
}

/** Chips of which one is chosen. */
export function radioChips(label, name, pairs, chosen, onChoose) {
  return h("fieldset.chip-set", {}, h("legend", {}, label), h("div.chips", {}, pairs.map(([value, words]) => h("label.chip-radio", {},
    h("input", { type: "radio", name, value, checked: value === chosen, onchange: () => onChoose(value) }), h("span", {}, words)))));
}

const problemLine = (sentences) => sentences ? h("p.kern-error", {}, icon("danger"), h("span.kern-body", {}, sentences.join(" "))) : null;
