/** The lower part of a tree's card: its data, earlier inspections, pictures, entries made here, all other deeds. */

import { day, moment, number } from "baum/core/formats.js";
import { entriesOf, photosOf } from "baum/io/field/outbox.js";
import { open } from "baum/io/field/database.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { facts, h } from "baum/components/elements.js";
import { openCorrection } from "baum/components/field/correct.js";
import { monthsWords } from "baum/components/field/counts.js";
import { openEnd } from "baum/components/field/end_tree.js";
import { KINDS } from "baum/components/field/entry_words.js";
import { wordOf } from "baum/components/field/inspect_measures.js";
import { openMove } from "baum/components/field/move.js";
import { findingList, limitsLine, STANDING } from "baum/components/field/tree_parts.js";
import { openEdit } from "baum/components/field/tree_edit.js";

/** @param {object} row @param {object} ctx */
export function cardMore(row, ctx) {
  const pictures = h("div.ff-gallery", { hidden: true });
  const entries = h("div.ff-card__part", { hidden: true });
  showPictures(pictures, row);
  showEntries(entries, row.id);
  return h(
    "div.ff-card__full",
    { "data-part": "full" },
    otherDeeds(row, ctx),
    data(row, ctx.reference),
    earlier(row, ctx.reference),
    pictures,
    entries,
  );
}

function otherDeeds(row, ctx) {
  const deed = (words, act) => h("button.ff-chip-button", { type: "button", onclick: act }, words);
  const last = row.inspections?.[0];
  const stands = STANDING.includes(row.status) || row.status === "planned";
  return h(
    "div.ff-card__part",
    {},
    h("h3", {}, t("Weitere Aufgaben")),
    h(
      "div.ff-chips",
      {},
      last && ctx.person.may_inspect
        ? deed(t("Letzte Kontrolle berichtigen"), () => openCorrection(ctx, row))
        : null,
      deed(t("Daten ändern"), () => openEdit(ctx, row)),
      stands ? deed(t("Lage ändern"), () => openMove(ctx, row)) : null,
      stands || row.status === "stump" ? deed(t("Gefällt oder verschwunden"), () => openEnd(ctx, row)) : null,
    ),
  );
}

const measured = (value, unit) =>
  value === undefined || value === null ? "" : `${number(value, LANGUAGE)} ${unit}`;

function data(row, reference) {
  const unit = reference.units?.find((each) => each.id === row.unit);
  const protection = (row.protection ?? []).map((code) => wordOf(reference.protection_kinds, code)).join(
    ", ",
  );
  const planted = row.planted_on ? day(row.planted_on, LANGUAGE) : row.planted_year ?? "";
  const girth = measured(row.girth_cm, "cm");
  return h(
    "div.ff-card__part",
    {},
    h("h3", {}, t("Daten des Baumes")),
    facts([
      [t("Status"), WORDS.status[row.status]],
      [t("Plakette"), row.tag],
      [t("gepflanzt"), String(planted)],
      [t("Höhe"), measured(row.height_m, "m")],
      [t("Kronendurchmesser"), measured(row.crown_diameter_m, "m")],
      [
        t("Stammumfang"),
        girth && row.girth_height_cm
          ? t("{girth} in {cm} cm Höhe", { girth, cm: row.girth_height_cm })
          : girth,
      ],
      [t("Entwicklungsphase"), WORDS.phase[row.phase]],
      [t("Zustand"), WORDS.condition[row.plan?.condition]],
      [t("Sicherheitserwartung"), WORDS.expectation[row.effective_expectation]],
      [t("Intervall"), row.plan?.interval_months ? monthsWords(row.plan.interval_months) : ""],
      [t("Lage"), positionWords(row)],
      [t("Revier"), unit?.name],
      [t("Schutz"), protection],
      [t("Bemerkungen"), row.remarks],
    ]),
  );
}

function positionWords(row) {
  const source = WORDS.positionSource[row.position_source] ?? "";
  const near = row.position_accuracy_m
    ? t("auf {n} m", { n: number(row.position_accuracy_m, LANGUAGE) })
    : "";
  return [source, near].filter(Boolean).join(", ");
}

/** The inspections before the last one, each one line that opens. */
function earlier(row, reference) {
  const [, ...older] = row.inspections ?? [];
  if (!older.length) return null;
  return h(
    "div.ff-card__part",
    {},
    h("h3", {}, t("Frühere Kontrollen")),
    older.map((each) =>
      h(
        "details.ff-earlier",
        {},
        h(
          "summary",
          {},
          h("strong", {}, day(each.inspected_on, LANGUAGE)),
          h(
            "span",
            {},
            [wordOf(reference.inspection_kinds, each.kind), WORDS.result[each.result]].join(" · "),
          ),
        ),
        each.inspector ? h("p.ff-hint", {}, each.inspector) : null,
        findingList(each, reference),
        limitsLine(each, reference),
      )
    ),
  );
}

function image(blob, words) {
  const address = URL.createObjectURL(blob);
  const element = h("img", { src: address, alt: words });
  element.addEventListener("load", () => URL.revokeObjectURL(address), { once: true });
  return element;
}

/** Thumbnails that were taken along, and photos made here. */
async function showPictures(host, row) {
  const db = await open();
  for (const photo of row.photos ?? []) {
    const kept = await db.get("thumbs", photo.id);
    if (!kept) continue;
    const words = [photo.caption || t("Foto"), day(photo.taken_at, LANGUAGE)].filter(Boolean).join(", ");
    host.append(image(kept.blob, words));
  }
  for (const entry of await entriesOf(row.id)) {
    for (const photo of await photosOf(entry.id)) {
      host.append(image(photo.blob, t("Foto vom {moment}", { moment: moment(photo.taken_at, LANGUAGE) })));
    }
  }
  host.hidden = !host.childElementCount;
}

const statusWords = () => ({
  unsent: t("nicht gesendet"),
  sending: t("wird gesendet"),
  accepted: t("angekommen"),
  deposited: t("beim Büro hinterlegt"),
  unsettled: t("ungeklärt"),
  rejected: t("vom Büro nicht übernommen"),
  foreign: t("wartet auf die Anmeldung der Person"),
});

/** Everything that was entered for this tree on this tablet, newest first, with what has become of it. */
async function showEntries(host, treeId) {
  const entries = (await entriesOf(treeId)).reverse();
  if (!entries.length) return;
  const statuses = statusWords();
  host.append(
    h("h3", {}, t("Auf diesem Tablet eingetragen")),
    h(
      "ul.ff-list",
      {},
      entries.map((entry) =>
        h(
          "li",
          {},
          h(
            "span",
            {},
            h("strong", {}, KINDS[entry.kind] ?? entry.kind),
            h("small", {}, ` ${moment(entry.made_at, LANGUAGE)} · ${entry.person_name ?? ""}`),
          ),
          h("span.ff-badge", { class: `ff-badge--${entry.status}` }, statuses[entry.status] ?? entry.status),
          entry.sentence ? h("small.ff-list__wide", {}, entry.sentence) : null,
        )
      ),
    ),
  );
  host.hidden = false;
}
