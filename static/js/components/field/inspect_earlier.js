/** Part of the inspection: what was found before, and with one chip what has become of it. */

import { day } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { ChipRow } from "baum/components/field/chips.js";
import { findingMore } from "baum/components/field/inspect_findings.js";
import { wordOf } from "baum/components/field/inspect_measures.js";

const answers = () => [
  ["unchanged", t("unverändert")],
  ["worse", t("schlechter")],
  ["gone", t("weg")],
  ["repaired", t("behoben")],
];

/**
 * @param {object} state
 * @param {{onWorse?: () => void}} [options] onWorse: it is no inspection without finding any more
 */
export function earlierPart(state, { onWorse } = {}) {
  if (!state.earlier.length) return null;
  const missing = h("p.ff-hint");
  const update = () => {
    const left = state.earlier.filter((each) => !state.chips[each.id]).length;
    missing.hidden = !left;
    missing.textContent = left === 1
      ? t("Bei einem Befund fehlt noch, was daraus geworden ist.")
      : t("Bei {n} Befunden fehlt noch, was daraus geworden ist.", { n: left });
  };
  state.on(update);
  update();
  return h(
    "section.ff-part",
    { "aria-label": t("Frühere Befunde") },
    h("h3", {}, t("Frühere Befunde")),
    missing,
    state.earlier.map((finding) => earlierRow(state, finding, onWorse)),
  );
}

/** The day of the inspection that wrote a finding down. */
function sinceOf(state, finding) {
  const seen = (state.row.inspections ?? []).find((each) =>
    (each.findings ?? []).some(({ id }) => id === finding.id)
  );
  return seen ? day(seen.inspected_on, LANGUAGE) : "";
}

function earlierRow(state, finding, onWorse) {
  const { reference } = state;
  const name = wordOf(reference.symptoms, finding.symptom);
  const more = h("div");
  const row = new ChipRow({
    label: name,
    quiet: true,
    options: answers(),
    value: state.chips[finding.id] ?? "",
    onChoose: (chip) => {
      state.answer(finding, chip);
      if (chip === "worse") onWorse?.();
    },
  });
  const mark = h("span.ff-mark");
  let shown = "";
  const update = () => {
    const chip = state.chips[finding.id] ?? "";
    mark.textContent = chip === "carried" ? t("übernommen") : "";
    row.set(chip);
    const now = state.findings.find((each) => each.continues === finding.id);
    const open = state.mode !== "quick" && now && chip !== "carried" ? now.id : "";
    if (open === shown) return;
    shown = open;
    more.replaceChildren(...(open ? [findingMore(state, now, { severity: chip === "worse" })] : []));
  };
  state.on(update);
  update();
  return h(
    "article.ff-finding",
    { "data-field": `earlier.${finding.id}` },
    h(
      "header",
      {},
      h("strong", {}, name),
      h("span", {}, WORDS.severity[finding.severity] ?? "", " · ", wordOf(reference.zones, finding.zone)),
      h("span", {}, t("seit {day}", { day: sinceOf(state, finding) })),
      mark,
    ),
    finding.note ? h("p.ff-hint", {}, finding.note) : null,
    row.element,
    more,
  );
}
