/** Tab "Maßnahmen" of the tree card: open ones first, each with what can be done about it. */

import { day, daysBetween } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { button, facts, h, tell } from "baum/components/elements.js";

/** The day until which a measure is due, also where the next regular control sets it. */
const dueOf = (measure) => measure.deadline ?? measure.deadline_on;

/** "Frist 03.12.2026, noch 10 Tage" or "Frist war am …, seit 4 Tagen". */
function deadline(measure, today) {
  if (!dueOf(measure)) return measure.state === "open" ? t("bis zur nächsten Regelkontrolle") : "";
  const words = day(dueOf(measure), LANGUAGE);
  if (measure.state !== "open") return words;
  const left = daysBetween(today, dueOf(measure));
  if (left === 0) return t("{day}, heute", { day: words });
  return left < 0
    ? t("{day}, überschritten seit {n} Tagen", { day: words, n: -left })
    : t("{day}, noch {n} Tage", { day: words, n: left });
}

function deeds(measure, may) {
  if (measure.state !== "open") return null;
  const act = (name, label, look) =>
    button(label, look, { onclick: (event) => tell(event.target, "card-act", { name, row: measure }) });
  return h(
    "div.kern-btn-wrapper.measure__deeds",
    {},
    may("complete_measure") &&
      act("complete-measure", t("Erledigt melden"), { kind: "primary", icon: "check" }),
    may("cancel_measure") && act("replace-measure", t("Ersetzen"), { kind: "secondary" }),
    may("cancel_measure") && act("cancel-measure", t("Verwerfen"), { kind: "tertiary" }),
  );
}

function measureCard(measure, may, today) {
  const late = measure.state === "open" && dueOf(measure) && daysBetween(today, dueOf(measure)) < 0;
  return h(
    "article.measure",
    {
      class: [measure.immediate && measure.state === "open" ? "is-immediate" : "", late ? "is-late" : ""]
        .join(" "),
    },
    h(
      "h3",
      {},
      measure.kind_name ?? measure.kind,
      h(
        `span.kern-badge.kern-badge--small.kern-badge--${
          measure.state === "open" ? late ? "danger" : "info" : "success"
        }`,
        {},
        h("span.kern-label", {}, WORDS.measureState[measure.state]),
      ),
    ),
    facts([
      [t("Dringlichkeit"), measure.urgency_name],
      [t("Frist"), deadline(measure, today)],
      [
        t("angeordnet"),
        [day(measure.ordered_on, LANGUAGE), measure.ordered_by_name ?? measure.ordered_by].filter(Boolean)
          .join(", "),
      ],
      [t("Auftragnehmer"), measure.contractor_name],
      [t("Bemerkung"), measure.note],
      [
        t("erledigt"),
        measure.done_on ? [day(measure.done_on, LANGUAGE), measure.done_by].filter(Boolean).join(", ") : "",
      ],
      [t("zur Erledigung"), measure.done_note],
      [t("Begründung"), measure.end_reason],
    ]),
    deeds(measure, may),
  );
}

/** @param {object} data card @param {(door: string) => boolean} may @param {string} today */
export function measures(data, may, today) {
  const rows = data.measures ?? [];
  const act = (name, label) =>
    button(label, { icon: "add" }, { onclick: (event) => tell(event.target, "card-act", { name }) });
  const standing = ["planted", "standing", "unverified"].includes(data.tree.status);
  return [
    h(
      "div.kern-btn-wrapper",
      {},
      standing && may("order_measure") && act("order-measure", t("Maßnahme anordnen")),
      standing && may("record_care") && act("record-care", t("Pflege melden")),
    ),
    rows.length ? rows.map((row) => measureCard(row, may, today)) : h(
      "p.baum-empty",
      {},
      t("Keine Maßnahmen. Sie entstehen bei einer Kontrolle oder werden hier angeordnet."),
    ),
  ];
}
