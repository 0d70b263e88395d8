/** What of a new tree's form is wrong, and the entry that it becomes. */

import { t } from "baum/io/words.js";
import { numberOf } from "baum/components/field/number_pad.js";

/** German tree offices measure girth one metre above the ground. */
export const GIRTH_HEIGHT_CM = 100;
/** The most that is plausible. */
const LIMITS = { girth_cm: 1500, height_m: 60, crown_diameter_m: 50 };

const sizes = (values) =>
  Object.entries(LIMITS).map((
    [name, most],
  ) => [name, numberOf(values[name], { most, whole: name === "girth_cm" })]);

/** Sentences by field; empty when the tree can be kept. */
export function problems(values, today) {
  const found = {};
  if (!values.position) found.position = [t("Die Lage fehlt.")];
  if (!values.place) found.place = [t("Die Straße oder Anlage fehlt.")];
  if (!values.species && !values.remarks.trim()) {
    found.species = [t("Die Baumart fehlt. Ist sie unbekannt, hilft eine Bemerkung.")];
  }
  if (values.status === "planted" && (!values.planted_on || values.planted_on > today)) {
    found.planted_on = [t("Der Pflanztag liegt in der Zukunft oder fehlt.")];
  }
  for (const [name, { problem }] of sizes(values)) if (problem) found[name] = [problem];
  const year = Number(values.planted_year);
  if (values.planted_year && !(year >= 1500 && year <= Number(today.slice(0, 4)))) {
    found.planted_year = [t("Das Pflanzjahr hat vier Ziffern und liegt nicht in der Zukunft.")];
  }
  return found;
}

/** The body with only what is known. */
export function bodyOf(values) {
  const measured = Object.fromEntries(sizes(values).map(([name, { value }]) => [name, value]));
  const body = {
    ...values.position,
    place: values.place,
    number: values.number.trim(),
    species: values.species,
    status: values.status,
    planted_on: values.planted_on,
    planted_year: values.planted_year ? Number(values.planted_year) : null,
    planted_year_source: values.planted_year ? "estimated" : "",
    ...measured,
    girth_height_cm: measured.girth_cm ? GIRTH_HEIGHT_CM : null,
    phase: values.phase,
    expectation: values.expectation,
    tag: values.tag.trim(),
    remarks: values.remarks.trim(),
  };
  return Object.fromEntries(
    Object.entries(body).filter(([, value]) => value !== "" && value !== null && value !== undefined),
  );
}
