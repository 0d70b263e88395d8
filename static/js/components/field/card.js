/** The card of one tree in the sheet: what the last inspection said, the two large buttons, and all other deeds. */

import { pointOf } from "baum/core/field/apply_entries.js";
import { quickCheck } from "baum/core/field/carry_over.js";
import { day } from "baum/core/formats.js";
import { dueWords } from "baum/core/lateness.js";
import { stateOn } from "baum/core/overdue.js";
import { tree } from "baum/io/field/trees.js";
import { STATES } from "baum/io/states.js";
import { LANGUAGE, nameOf, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h, icon } from "baum/components/elements.js";
import { cardMore } from "baum/components/field/card_more.js";
import { openInspection } from "baum/components/field/inspect_form.js";
import { flat } from "baum/components/field/inspect_result.js";
import { measureWords, wordOf } from "baum/components/field/inspect_measures.js";
import { openDone } from "baum/components/field/measure_done.js";
import { openQuick } from "baum/components/field/quick.js";
import { findingList, limitsLine, STANDING } from "baum/components/field/tree_parts.js";
import { placeWords, speciesWords, treeTitle } from "baum/components/field/tree_words.js";
import "baum/components/state_symbol.js";

/**
 * The card; it fills itself as soon as the tablet's store has answered.
 *
 * @param {string} id @param {object} ctx
 * @returns {HTMLElement}
 */
export function treeCard(id, ctx) {
  const card = h("article.ff-card", { dataset: { tree: id }, "aria-busy": "true" });
  card.ready = fill(card, id, { ...ctx, reference: flat(ctx.reference) });
  return card;
}

async function fill(card, id, ctx) {
  const row = await tree(id);
  card.removeAttribute("aria-busy");
  if (!row) {
    card.append(
      h(
        "p.ff-note",
        {},
        t("Dieser Baum ist nicht auf dem Tablet. Unter „Mitnehmen“ lässt sich sein Gebiet holen."),
      ),
    );
    return null;
  }
  card.append(head(row, ctx), deeds(row, ctx), half(row, ctx));
  later(() => card.isConnected && card.append(cardMore(row, ctx)));
  return row;
}

/** After the card is painted: what nobody reads in the first moment. */
const later = (work) => requestAnimationFrame(() => setTimeout(work, 60));

function head(row, ctx) {
  const state = stateOn(row.plan ?? {}, ctx.day);
  const { immediate } = pointOf(row, ctx.reference);
  const due = dueWords(
    { state, due_on: row.plan?.due_on ?? null, exempt_until: row.plan?.exempt_until },
    ctx.day,
    t,
    LANGUAGE,
  );
  const gone = !STANDING.includes(row.status);
  return h(
    "header.ff-card__head",
    { "data-part": "peek" },
    h(
      "h2.ff-card__title",
      { id: "ff-card-title", tabindex: "-1" },
      treeTitle(row),
      h("span", {}, placeWords(row)),
    ),
    h("p.ff-card__species", {}, speciesWords(row, ctx.reference)),
    h(
      "p.ff-card__state",
      {},
      h("state-symbol", { code: state, immediate }),
      h("strong", {}, gone ? WORDS.status[row.status] : nameOf(STATES.get(state))),
      gone ? null : h("span", {}, due),
      immediate ? h("span.ff-badge.ff-badge--urgent", {}, nameOf(STATES.get("immediate"))) : null,
      marks(row),
    ),
  );
}

/** Whether entries of this tree still wait on the tablet or at the office. */
function marks(row) {
  const pending = row.pending ?? [];
  const unsettled = pending.filter((each) => each.status === "unsettled");
  const waiting = pending.length - unsettled.length;
  return [
    unsettled.length ? h("span.ff-badge.ff-badge--unsettled", {}, t("ungeklärt")) : null,
    waiting ? h("span.ff-badge", {}, t("nicht gesendet")) : null,
  ];
}

/** "Ohne neuen Befund" and "Befund", or why not. */
function deeds(row, ctx) {
  if (!ctx.person.may_inspect) {
    return h(
      "p.ff-note",
      { "data-part": "half" },
      ctx.person.why_not || t("Kontrollen sind Baumkontrolleuren vorbehalten."),
    );
  }
  if (!STANDING.includes(row.status)) return h("div");
  const quick = quickCheck(row, ctx.reference, ctx.day);
  const large = (words, kind, open) =>
    h("button.ff-deed", { type: "button", class: `ff-deed--${kind}`, onclick: () => open(ctx, row) }, words);
  return h(
    "div.ff-card__deeds",
    { "data-part": "half" },
    quick.allowed ? null : whyNot(row, quick.reasons.map((each) => t(each)).join(" ")),
    h(
      "div.ff-card__buttons",
      {},
      quick.allowed ? large(t("Ohne neuen Befund"), "primary", openQuick) : null,
      large(
        quick.allowed
          ? t("Befund")
          : row.inspections?.length
          ? t("Kontrolle beginnen")
          : t("Ersterfassung beginnen"),
        quick.allowed ? "plain" : "primary",
        openInspection,
      ),
    ),
  );
}

/** Why one tap is not enough; a tree that nobody has inspected needs no explanation. */
function whyNot(row, reasons) {
  if (!row.inspections?.length) return h("p.ff-hint", {}, reasons);
  return h(
    "div.ff-note",
    {},
    icon("info"),
    h("p", {}, t("„Ohne neuen Befund“ geht hier nicht:"), " ", reasons),
  );
}

/** What the last inspection said, and what is still open. */
function half(row, ctx) {
  return h("div.ff-card__half", { "data-part": "half" }, lastInspection(row, ctx), measures(row, ctx));
}

function lastInspection(row, ctx) {
  const last = row.inspections?.[0];
  if (!last) return null;
  const { reference } = ctx;
  return h(
    "div.ff-card__part",
    {},
    h("h3", {}, t("Kontrolle vom {day}", { day: day(last.inspected_on, LANGUAGE) })),
    h(
      "p",
      {},
      h("strong", { class: `ff-result--${last.result}` }, WORDS.result[last.result] ?? ""),
      " · ",
      [wordOf(reference.inspection_kinds, last.kind), last.inspector].filter(Boolean).join(" · "),
    ),
    findingList(last, reference),
    limitsLine(last, reference),
    last.note ? h("p.ff-hint", {}, last.note) : null,
  );
}

function measures(row, ctx) {
  const open = row.measures ?? [];
  if (!open.length) return null;
  return h(
    "div.ff-card__part",
    {},
    h("h3", {}, t("Offene Maßnahmen")),
    h(
      "ul.ff-list",
      {},
      open.map((measure) => {
        const { name, when } = measureWords(measure, ctx.reference);
        const late = measure.deadline_on && measure.deadline_on < ctx.day;
        return h(
          "li.ff-list__measure",
          { class: late ? "is-late" : "" },
          h(
            "span",
            {},
            h("strong", {}, name),
            h("small", {}, ` ${when}${late ? ` · ${t("Frist vorbei")}` : ""}`),
          ),
          h(
            "button.ff-chip-button",
            { type: "button", onclick: () => openDone(ctx, row, measure) },
            t("erledigt …"),
          ),
        );
      }),
    ),
  );
}
