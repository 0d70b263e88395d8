/** Part of the inspection: what kept the arborist from seeing all; some limits ask how it is made good. */

import { newId } from "baum/io/ids.js";
import { nameOf, t } from "baum/io/words.js";
import { h } from "baum/components/elements.js";
import { checkChips, textField } from "baum/components/field/chips.js";
import { rowOf } from "baum/components/field/inspect_result.js";
import { measureRows } from "baum/components/field/inspect_measures.js";

export function limitsPart(state) {
  const { reference } = state;
  const count = h("span.ff-count");
  const more = h("div.ff-part__more");
  const element = h(
    "details.ff-part.ff-fold",
    { open: state.values.limits.length > 0, "data-field": "limits limits_note" },
    h("summary", {}, h("h3", {}, t("Grenzen der Kontrolle")), count),
    checkChips({
      label: t("Was nicht zu sehen war"),
      options: reference.control_limits
        .filter((each) => each.active !== false || state.values.limits.includes(each.code))
        .map((each) => [each.code, nameOf(each)]),
      values: state.values.limits,
      onToggle: (code, on) => {
        const others = state.values.limits.filter((each) => each !== code);
        state.set("limits", on ? [...others, code] : others);
      },
    }),
    more,
  );
  let shown = "";
  const update = () => {
    const { limits } = state.values;
    count.textContent = limits.length ? String(limits.length) : "";
    const asks = limits.some((code) => rowOf(reference.control_limits, code)?.needs_follow_up);
    const now = `${limits.length > 0}/${asks}`;
    if (now === shown) return;
    shown = now;
    more.replaceChildren(
      ...[asks ? followUp(state) : null, limits.length ? noteField(state) : null].filter(Boolean),
    );
  };
  state.on(update);
  update();
  return element;
}

const noteField = (state) =>
  textField({
    label: t("Erläuterung"),
    value: state.values.limits_note,
    onInput: (value) => state.set("limits_note", value),
  });

/** How the inspection is made whole: a measure of the kinds that make good, or an explanation below. */
function followUp(state) {
  const { reference } = state;
  const kinds = reference.measure_kinds.filter((each) =>
    reference.follow_up_kinds.includes(each.code) && each.active !== false
  ).sort((a, b) => Number(Boolean(a.needs_detailed)) - Number(Boolean(b.needs_detailed)));
  const list = h("div.ff-measures");
  const show = () => {
    const own = state.extra.filter((each) => reference.follow_up_kinds.includes(each.kind));
    list.replaceChildren(...own.map((each) => measureRows(state, each, show)));
  };
  const chips = checkChips({
    label: t("Damit die Kontrolle vollständig wird"),
    options: kinds.map((each) => [each.code, nameOf(each)]),
    values: state.extra.map((each) => each.kind),
    onToggle: (kind, on) => {
      if (on) state.extra.push({ id: newId(), kind, urgency: "", note: "" });
      else state.extra = state.extra.filter((each) => each.kind !== kind);
      state.changed();
      show();
    },
  });
  show();
  return h("div.ff-part__more", {}, chips, list);
}
