/** How one finding and one measure look in the inspection form; findings_part.js holds their values. */

import { suggestedKinds } from "baum/core/findings.js";
import { newId } from "baum/io/ids.js";
import { nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { button, h, icon, iconButton } from "baum/components/elements.js";

/** Rows of a catalogue that can be chosen. */
export const active = (rows) => (rows ?? []).filter((row) => row.active !== false);

/** A measure that the symptoms suggest, still without urgency. */
const suggestedMeasure = (words, symptoms) => ({
  id: newId(),
  kind: suggestedKinds(symptoms, words.symptoms)[0] ?? "",
  urgency: "",
  note: "",
});

/**
 * One finding: severity, note, photo, measure.
 *
 * @param {object} row changed in place @param {object} words catalogues
 * @param {{sentences?: string[], drop: () => void, show: () => void}} deeds show: paint again
 */
export function findingCard(row, words, { sentences, drop, show }) {
  const name = nameOf(words.symptoms.find((symptom) => symptom.code === row.symptom)) || row.symptom;
  const dropMeasure = () => {
    row.measure = null;
    show();
  };
  return h(
    "article.finding",
    { class: sentences ? "has-problem" : "" },
    findingHead(row, name, drop),
    radioChips(t("Ausmaß"), row.id, Object.entries(WORDS.severity), String(row.severity || ""), (value) => {
      row.severity = Number(value);
    }),
    noteField(row),
    row.measure ? measureFields(row.measure, words, [row.symptom], dropMeasure) : null,
    h("div.kern-btn-wrapper", {}, row.measure ? null : measureButton(row, words, show), photoButton(row)),
    problemLine(sentences),
  );
}

function findingHead(row, name, drop) {
  const carried = row.observation === "carried_over" ? h("span.baum-muted", {}, t("übernommen")) : null;
  const remove = iconButton(t("Befund „{name}“ entfernen", { name }), "delete", { onclick: drop });
  return h("header.finding__head", {}, h("strong", {}, name), carried, remove);
}

function noteField(row) {
  const field = h("input.panel-field__input", {
    type: "text",
    value: row.note,
    maxlength: "300",
    oninput: (event) => {
      row.note = event.target.value;
    },
  });
  return h("label.finding__note", {}, h("span", {}, t("Bemerkung")), field);
}

function measureButton(row, words, show) {
  return button(t("Maßnahme dazu"), { icon: "add", small: true }, {
    onclick: () => {
      row.measure = suggestedMeasure(words, [row.symptom]);
      show();
    },
  });
}

/** A label that looks like a button and opens the camera or the files. */
function photoButton(row) {
  const text = () => row.file ? t("Foto: {name}", { name: row.file.name }) : t("Foto dazu");
  const words = h("span.kern-label", {}, text());
  const field = h("input", {
    type: "file",
    accept: "image/jpeg,image/png,image/webp",
    onchange: (event) => {
      row.file = event.target.files[0] ?? null;
      words.textContent = text();
    },
  });
  return h("label.kern-btn.kern-btn--secondary.kern-btn--x-small.file-button", {}, icon("add"), words, field);
}

/** A measure without a finding. */
export function measureCard(row, words, { sentences, drop }) {
  return h(
    "article.finding",
    { class: sentences ? "has-problem" : "" },
    measureFields(row, words, [], drop),
    problemLine(sentences),
  );
}

function measureFields(measure, words, symptoms, drop) {
  const id = `m-${measure.id}`;
  const urgencies = active(words.urgencies).map((row) => [row.code, nameOf(row)]);
  return h(
    "div.finding__measure",
    {},
    h(
      "div.finding__measure-head",
      {},
      h("label", { for: id }, t("Maßnahme")),
      iconButton(t("Maßnahme entfernen"), "close", { onclick: drop }),
    ),
    kindSelect(measure, words, symptoms, id),
    radioChips(t("Dringlichkeit"), `u-${measure.id}`, urgencies, measure.urgency, (value) => {
      measure.urgency = value;
    }),
  );
}

/** All kinds of measures, those that suit the symptoms first. */
function kindSelect(measure, words, symptoms, id) {
  const suggested = suggestedKinds(symptoms, words.symptoms);
  const kinds = active(words.measure_kinds);
  const option = (kind) =>
    h("option", { value: kind.code, selected: kind.code === measure.kind }, nameOf(kind));
  const group = (label, rows) => rows.length ? h("optgroup", { label }, rows.map(option)) : null;
  const near = kinds.filter((kind) => suggested.includes(kind.code));
  const far = kinds.filter((kind) => !suggested.includes(kind.code));
  return h(
    "select.panel-field__input",
    {
      id,
      onchange: (event) => {
        measure.kind = event.target.value;
      },
    },
    h("option", { value: "" }, t("bitte wählen")),
    group(t("dazu passend"), near),
    group(near.length ? t("alle anderen") : t("alle"), far),
  );
}

/** Chips of which one is chosen. */
export function radioChips(label, name, pairs, chosen, onChoose) {
  return h(
    "fieldset.chip-set",
    {},
    h("legend", {}, label),
    h(
      "div.chips",
      {},
      pairs.map(([value, words]) =>
        h(
          "label.chip-radio",
          {},
          h("input", {
            type: "radio",
            name,
            value,
            checked: value === chosen,
            onchange: () => onChoose(value),
          }),
          h("span", {}, words),
        )
      ),
    ),
  );
}

const problemLine = (sentences) =>
  sentences ? h("p.kern-error", {}, icon("danger"), h("span.kern-body", {}, sentences.join(" "))) : null;
