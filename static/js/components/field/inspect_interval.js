/** Part of the inspection: the next regular inspection as the rule proposes it, with its reason; a change needs one. */

import { reasonSentence } from "baum/core/field/intervals.js";
import { day } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { chipButton, ChipRow, chipsOrWords } from "baum/components/field/chips.js";
import { monthsWords } from "baum/components/field/counts.js";

const OFFERED = [3, 6, 12, 18, 24, 36];

/** Reasons that arborists give most often. */
const reasons = () => [
  t("Schaden weiter beobachten"),
  t("Pilzbefall im Auge behalten"),
  t("Art mit bekanntem Risiko"),
  t("Neue Nutzung am Standort"),
  t("Bauarbeiten im Umfeld"),
  t("Spielplatz, Schule oder Kita"),
  t("Nach dem Schnitt wieder stabil"),
];

export function intervalPart(state) {
  const said = h("p.ff-interval__said", { role: "status" });
  const why = h("p.ff-hint");
  const change = chipButton(t("Intervall ändern"), () => {
    own.hidden = !own.hidden;
    change.setAttribute("aria-expanded", String(!own.hidden));
  }, { "aria-expanded": "false" });
  const own = h("div.ff-part__more", { hidden: state.values.set_months === null });
  const element = h(
    "section.ff-part.ff-interval",
    { "aria-label": t("Nächste Regelkontrolle") },
    h("h3", {}, t("Nächste Regelkontrolle")),
    h("div.ff-interval__head", {}, h("div", {}, said, why), change),
    own,
  );
  const months = monthsRow(state);
  const reason = reasonRow(state);
  own.append(months.element, reason.element);
  const update = () => {
    const proposal = state.proposal();
    say(state, proposal, said, why);
    const sets = state.setsDate();
    change.hidden = !sets;
    if (!sets) own.hidden = true;
    months.update(proposal);
    reason.update(proposal);
  };
  state.on(update);
  update();
  return element;
}

function say(state, proposal, said, why) {
  if (!state.setsDate()) {
    const due = state.row.plan?.due_on;
    said.textContent = due
      ? t("Der Regeltermin bleibt: {day}.", { day: day(due, LANGUAGE) })
      : t("Diese Kontrollart setzt keinen Regeltermin.");
    why.textContent = "";
    return;
  }
  const due = state.dueOn();
  const chosen = state.values.set_months ?? proposal.months;
  said.textContent = chosen && due
    ? chosen === 1
      ? t("In 1 Monat: {day}", { day: day(due, LANGUAGE) })
      : t("In {n} Monaten: {day}", { n: chosen, day: day(due, LANGUAGE) })
    : due
    ? t("Am {day}", { day: day(due, LANGUAGE) })
    : t("Keine eigene Kontrolle nötig");
  why.textContent = state.values.set_months !== null && state.values.set_months !== proposal.months
    ? t("Abweichend vom Vorschlag. {reason}", { reason: reasonSentence(proposal, t) })
    : reasonSentence(proposal, t);
}

function monthsRow(state) {
  const options = (proposal) => {
    const offered = [...new Set([...OFFERED, proposal.months, state.values.set_months].filter(Boolean))];
    return offered.sort((a, b) => a - b).map((n) => [
      String(n),
      monthsWords(n),
      { mark: n === proposal.months ? t("Vorschlag") : "" },
    ]);
  };
  const value = (proposal) => String(state.values.set_months ?? proposal.months ?? "");
  const row = new ChipRow({
    label: t("Intervall"),
    field: "set_months",
    options: options(state.proposal()),
    value: value(state.proposal()),
    onChoose: (chosen) => {
      const months = Number(chosen);
      const own = months !== state.proposal().months;
      if (!own) state.values.interval_reason = "";
      state.set("set_months", own ? months : null);
    },
  });
  let offered = "";
  const update = (proposal) => {
    const now = `${proposal.months}/${state.values.set_months}`;
    if (now !== offered && !row.element.contains(document.activeElement)) {
      row.offer(options(proposal), value(proposal));
    } else row.set(value(proposal));
    offered = now;
  };
  return { element: row.element, update };
}

function reasonRow(state) {
  const listed = reasons();
  const { element, update } = chipsOrWords({
    label: t("Begründung"),
    field: "interval_reason",
    offered: () => listed,
    value: () => state.values.interval_reason,
    other: t("oder in eigenen Worten"),
    onChoose: (value) => state.set("interval_reason", value),
  });
  return {
    element,
    update: (proposal) => {
      element.hidden = state.values.set_months === null || state.values.set_months === proposal.months;
      update();
    },
  };
}
