/** Part of the inspection: zone → symptom → severity → measure → urgency, each one tap, most used first. */

import { ranked } from "baum/core/field/symptom_rank.js";
import { nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h, iconButton } from "baum/components/elements.js";
import { checkChips, chipButton, ChipRow, textField } from "baum/components/field/chips.js";
import { rowOf } from "baum/components/field/inspect_result.js";
import { active, measurePicker, wordOf } from "baum/components/field/inspect_measures.js";
import { photoStrip } from "baum/components/field/photo_take.js";

/** So many symptoms are shown before "weitere". */
const FIRST = 8;

export function findingsPart(state) {
  const { reference } = state;
  const zones = active(reference.zones);
  const view = { zone: state.findings.at(-1)?.zone ?? zones[0]?.code, all: false };
  const chips = h("div");
  const cards = h("div.ff-findings");
  const known = new Map();
  const tabs = new ChipRow({
    label: t("Baumbereich"),
    quiet: true,
    options: zones.map((zone) => [zone.code, nameOf(zone)]),
    value: view.zone,
    onChoose: (zone) => {
      Object.assign(view, { zone, all: false });
      showChips(chips, state, view);
    },
  });
  tabs.element.classList.add("ff-zones");
  const update = () => {
    const own = state.findings.filter((each) => !each.continues || state.old);
    for (const [id, card] of known) {
      if (!own.some((each) => each.id === id)) {
        card.remove();
        known.delete(id);
      }
    }
    for (const finding of own.filter((each) => !known.has(each.id))) {
      const card = findingCard(state, finding);
      known.set(finding.id, card);
      cards.append(card);
      if (view.ready) card.scrollIntoView({ block: "nearest" });
    }
    for (const [id, card] of known) {
      card.dataset.field = `findings.${state.findings.findIndex((each) => each.id === id)}`;
    }
    for (const input of chips.querySelectorAll("input")) {
      input.checked = state.findings.some((each) => each.symptom === input.value && !each.continues);
    }
  };
  showChips(chips, state, view);
  state.on(update);
  update();
  view.ready = true;
  return h(
    "section.ff-part",
    { "data-field": "findings", "aria-label": t("Neuer Befund") },
    h("h3", {}, state.old ? t("Befunde") : t("Neuer Befund")),
    tabs.element,
    chips,
    cards,
  );
}

/** Symptoms of the zone, most used first; a few, until somebody asks for all. */
function showChips(host, state, view) {
  const { reference, row } = state;
  const listed = ranked(active(reference.symptoms), view.zone, row.species, reference.symptom_use);
  const chosen = state.findings.filter((each) => !each.continues).map((each) => each.symptom);
  const shown = view.all ? listed : listed.filter((each, i) => i < FIRST || chosen.includes(each.code));
  const set = checkChips({
    label: t("Schadsymptom"),
    quiet: true,
    options: shown.map((
      each,
    ) => [each.code, nameOf(each), { mark: each.species_protection ? t("Artenschutz") : "" }]),
    values: chosen,
    onToggle: (code) => state.toggle(rowOf(reference.symptoms, code)),
  });
  const left = listed.length - shown.length;
  if (left > 0) {
    set.querySelector(".ff-chips").append(chipButton(t("weitere {n} …", { n: left }), () => {
      view.all = true;
      showChips(host, state, view);
      host.querySelectorAll("input")[shown.length]?.focus({ preventScroll: true });
    }));
  }
  host.replaceChildren(set);
}

function findingCard(state, finding) {
  const name = wordOf(state.reference.symptoms, finding.symptom);
  return h(
    "article.ff-finding.ff-finding--new",
    {},
    h(
      "header",
      {},
      h("strong", {}, name),
      h("span", {}, wordOf(state.reference.zones, finding.zone)),
      iconButton(t("Befund „{name}“ entfernen", { name }), "delete", { onclick: () => state.drop(finding) }),
    ),
    findingMore(state, finding, { severity: true }),
  );
}

/** Severity, measures, photos and words of one finding. */
export function findingMore(state, finding, { severity }) {
  const symptom = rowOf(state.reference.symptoms, finding.symptom);
  const row = severity && new ChipRow({
    label: t("Ausmaß"),
    options: Object.entries(WORDS.severity),
    value: String(finding.severity || ""),
    onChoose: (value) => {
      finding.severity = Number(value);
      state.changed();
    },
  });
  return h("div.ff-part__more", {}, [
    row && row.element,
    state.old ? null : measurePicker(state, {
      list: finding.measures,
      proposed: symptom?.proposes ?? [],
      label: t("Maßnahme"),
    }),
    h("div.ff-finding__foot", {}, photoStrip(state, finding.id), noteOf(state, finding)),
  ]);
}

/** Words to a finding: a field that opens with one tap, because most findings need none. */
function noteOf(state, finding) {
  const field = textField({
    label: t("Bemerkung"),
    value: finding.note,
    onInput: (value) => {
      finding.note = value;
      state.changed();
    },
  });
  if (finding.note) return field;
  const opener = chipButton(t("Bemerkung"), () => {
    opener.replaceWith(field);
    field.querySelector("input").focus();
  });
  return opener;
}
