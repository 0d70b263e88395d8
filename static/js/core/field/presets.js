// What the form of an inspection starts with; the arborist sees the tree and changes it with a tap.
// Twins: vitality_block in inspections/rules/findings.py, proposed_phase in baumkataster/rules/lifecycle.py,
// held by tests/cases/vitality_block.json and tests/cases/phase_proposal.json.

import { addMonths } from "baum/core/field/days.js";
import { likelyLeafState } from "baum/core/seasons.js";

/** For so long no vitality can be rated after a larger cut (S), after topping (K). */
const CUT_BLOCKS_MONTHS = 5 * 12;
const TOPPING_BLOCKS_MONTHS = 10 * 12;
/** Standing years from which the youth phase is over; where the species says nothing, ageing begins. */
const YOUTH_YEARS = 15;
const USUAL_PHASE_LIMIT = 65;
/** Conifers that are bare in winter. */
const SHEDDING = new Set(["Larix", "Metasequoia", "Pseudolarix", "Taxodium"]);

/** The species of a row; undefined where it is not known. */
export function speciesOf(row, reference) {
  return reference.species?.find((species) => species.id === row.species);
}

/** Leaf state by season and species; a species without leaf type goes by what was seen evergreen before. */
export function leafState(row, reference, day) {
  const species = speciesOf(row, reference);
  const before = row.inspections?.[0]?.leaf_state;
  if (!species?.leaf_type && before === "evergreen") return "evergreen";
  const sheds = SHEDDING.has(species?.botanical?.split(" ")[0]);
  return likelyLeafState(sheds ? "deciduous" : species?.leaf_type ?? "", day);
}

/** "K" after topping, "S" after a larger cut, "" where vitality can be rated on `day`. */
export function vitalityBlock({ cutOn = null, toppedOn = null, day }) {
  if (toppedOn && day < addMonths(toppedOn, TOPPING_BLOCKS_MONTHS)) return "K";
  if (cutOn && day < addMonths(cutOn, CUT_BLOCKS_MONTHS)) return "S";
  return "";
}

/** The letter to which vitality is bound on a row, as vitalityBlock. */
export function blockOf(row, day) {
  return vitalityBlock({ cutOn: row.cut_on, toppedOn: row.topped_on, day });
}

/** Development phase that the standing time suggests; "" when it is not known. */
export function phaseProposal(plantedYear, day, phaseLimitYears = null) {
  const years = plantedYear ? Number(day.slice(0, 4)) - plantedYear : -1;
  if (years < 0) return "";
  if (years < YOUTH_YEARS) return "youth";
  return years < (phaseLimitYears ?? USUAL_PHASE_LIMIT) ? "mature" : "aging";
}

/** The kind that an inspection of this row most likely is: a tree never inspected is surveyed first. */
export function inspectionKind(row) {
  const inspected = row.inspections?.length || ["inspection", "inherited"].includes(row.plan?.basis);
  return inspected ? "regular" : "initial";
}
