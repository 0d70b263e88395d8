/** Reports that a tree stands no more: felled, only the stump is left, or vanished. */

import { t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { ChipRow, chipsOrWords } from "baum/components/field/chips.js";
import { dayField } from "baum/components/field/day_field.js";
import { Deed } from "baum/components/field/deed.js";
import { photoStrip } from "baum/components/field/photo_take.js";
import { placeWords, treeTitle } from "baum/components/field/tree_words.js";

const ways = () => [
  ["felled", t("gefällt, Stubben entfernt")],
  ["stump", t("gefällt, Stubben steht noch")],
  ["vanished", t("verschwunden")],
];

const reasons = (how) =>
  how === "vanished"
    ? [t("Baum nicht mehr da, Fällung nicht bekannt"), t("Baustelle"), t("Falsch aufgenommen, gab es nie")]
    : [
      t("abgestorben"),
      t("nicht verkehrssicher"),
      t("Sturmschaden"),
      t("Anfahrschaden"),
      t("Baumaßnahme"),
      t("Pilzbefall"),
    ];

/** @param {object} ctx @param {object} row */
export async function openEnd(ctx, row) {
  const title = treeTitle(row);
  const deed = await new Deed({
    ctx,
    name: "end",
    subject: row.id,
    values: { how: "", on: ctx.day, reason: "" },
    frame: {
      title: t("{title} steht nicht mehr", { title }),
      sub: placeWords(row),
      submit: t("{title} als nicht mehr vorhanden melden", { title }),
      danger: true,
    },
    check: (values) => problems(values, ctx.day),
    order: ({ how, on, reason }) => ({
      kind: "tree_end",
      tree: row.id,
      treeVersion: row.version,
      body: { how, on, reason: reason.trim() },
    }),
    sentence: ({ how }) =>
      how === "vanished"
        ? t("{title} ist als verschwunden gespeichert.", { title })
        : t("{title} ist als gefällt gespeichert.", { title }),
    done: () => ctx.open(row.id),
  }).restore(() => openEnd(ctx, row));
  deed.frame.add(
    h("p.ff-lead", {}, t("Der Baum verlässt die Kontrolle; seine Nachweise bleiben erhalten.")),
    howRow(deed),
    dayField(deed, { label: t("festgestellt oder gefällt am"), field: "on", today: ctx.day }),
    reasonRow(deed),
    h("section.ff-part", {}, h("h3", {}, t("Foto")), photoStrip(deed, null)),
  );
  return deed.frame.enter();
}

function problems({ how, on, reason }, today) {
  const found = {};
  if (!how) found.how = [t("Es fehlt, was aus dem Baum geworden ist.")];
  if (!on || on > today) found.on = [t("Der Tag liegt in der Zukunft oder fehlt.")];
  if (!reason.trim()) found.reason = [t("Der Grund fehlt.")];
  return found;
}

function howRow(deed) {
  const row = new ChipRow({
    label: t("Was ist geschehen?"),
    field: "how",
    options: ways(),
    value: deed.values.how,
    onChoose: (value) => deed.set("how", value),
  });
  return h("section.ff-part", {}, row.element);
}

function reasonRow(deed) {
  const { element, update } = chipsOrWords({
    label: t("Grund"),
    field: "reason",
    offered: () => reasons(deed.values.how),
    value: () => deed.values.reason,
    other: t("oder in eigenen Worten"),
    onChoose: (value) => deed.set("reason", value),
  });
  deed.on(update);
  return element;
}
