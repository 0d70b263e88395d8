/** "Ohne neuen Befund": everything carried over on one page, each value one tap from another, one tap saves. */

import { day } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { chipButton } from "baum/components/field/chips.js";
import { FormFrame } from "baum/components/field/form_frame.js";
import { earlierPart } from "baum/components/field/inspect_earlier.js";
import { openInspection, saveInspection, sayDraft, withDraft } from "baum/components/field/inspect_form.js";
import { intervalPart } from "baum/components/field/inspect_interval.js";
import { judgement } from "baum/components/field/inspect_judgement.js";
import { openMeasures } from "baum/components/field/inspect_measures.js";
import { Inspecting } from "baum/components/field/inspect_state.js";
import { speciesWords, treeTitle } from "baum/components/field/tree_words.js";

/** @param {object} ctx @param {object} row a tree for which quickCheck allows it */
export async function openQuick(ctx, row) {
  const state = new Inspecting({ ctx, row, mode: "quick" });
  const found = await withDraft(state, "inspect");
  if (found?.values.mode === "full") return openInspection(ctx, row);
  const frame = new FormFrame({
    name: "quick",
    title: t("{title}: ohne neuen Befund", { title: treeTitle(row) }),
    sub: speciesWords(row, state.reference),
    submit: t("Speichern und weiter"),
    onSubmit: () => saveInspection(state, frame),
  });
  sayDraft(frame, found, async () => {
    await state.draft.drop();
    openQuick(ctx, row);
  });
  const goOn = () => openInspection(ctx, row, { state });
  frame.add(
    h(
      "p.ff-lead",
      {},
      t("Übernommen von der Kontrolle am {day}.", { day: day(state.last.inspected_on, LANGUAGE) }),
    ),
    judgement(state, { kinds: false }),
    earlierPart(state, { onWorse: goOn }) ??
      h("section.ff-part", {}, h("h3", {}, t("Frühere Befunde")), h("p.ff-hint", {}, t("Keine."))),
    openMeasures(state),
    intervalPart(state),
    h("div.ff-part", {}, chipButton(t("Doch ein neuer Befund"), goOn)),
  );
  const say = () => {
    const due = state.dueOn();
    frame.summary.replaceChildren(
      h("strong", { class: `ff-result--${state.values.result}` }, WORDS.result[state.values.result]),
      due ? h("span", {}, t("nächste Kontrolle {day}", { day: day(due, LANGUAGE) })) : "",
    );
    if (frame.tried) frame.show(state.problems(t), { focus: false });
  };
  state.on(say);
  say();
  frame.enter();
  return frame;
}
