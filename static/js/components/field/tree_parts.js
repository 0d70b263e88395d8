/** Pieces that card and lists show of an inspection: its findings, its limits. */

import { t } from "baum/io/words.js";
import { WORDS } from "baum/io/vocabulary.js";
import { h } from "baum/components/elements.js";
import { wordOf } from "baum/components/field/inspect_measures.js";

/** Statuses of trees that somebody could walk under. */
export const STANDING = ["planted", "standing", "unverified"];

export function findingList(inspection, reference) {
  const findings = inspection.findings ?? [];
  if (!findings.length) return h("p.ff-hint", {}, t("Ohne Befund."));
  return h(
    "ul.ff-list",
    {},
    findings.map((each) =>
      h(
        "li",
        {},
        h(
          "span",
          { class: `ff-severity ff-severity--${each.severity}` },
          WORDS.severity[each.severity] ?? "",
        ),
        h(
          "span",
          {},
          wordOf(reference.symptoms, each.symptom),
          h("small", {}, ` ${wordOf(reference.zones, each.zone)}`, each.note ? ` · ${each.note}` : ""),
        ),
      )
    ),
  );
}

export function limitsLine(inspection, reference) {
  const limits = inspection.limits ?? [];
  if (!limits.length) return null;
  const names = limits.map((code) => wordOf(reference.control_limits, code)).join(", ");
  return h(
    "p.ff-limits",
    {},
    h("strong", {}, t("Eingeschränkt:")),
    ` ${names}`,
    inspection.limits_note ? h("small", {}, ` ${inspection.limits_note}`) : null,
  );
}
