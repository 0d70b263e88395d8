/** What kinds of entries are called, the same on the tree's card as in "Ausgang"; the office: inspections/web/field_facts.py. */

import { t } from "baum/io/words.js";

export const KINDS = {
  inspection: t("Kontrolle"),
  tree_new: t("Neuer Baum"),
  tree_change: t("Angaben geändert"),
  tree_move: t("Lage geändert"),
  tree_end: t("Baum nicht mehr da"),
  measure_done: t("Maßnahme erledigt"),
  group_new: t("Neue Baumgruppe"),
};
