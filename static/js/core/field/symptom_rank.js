// Symptoms of a zone with those first that this species shows most often here; for the chips of the form.

/**
 * @param {object[]} symptoms REFERENCE.symptoms
 * @param {?string} zone code; null for all zones
 * @param {?string} speciesId
 * @param {{all?: object, species?: object}} use REFERENCE.symptom_use
 * @returns {object[]} active symptoms: by use at this species, then by use at all, then as the catalogue
 */
export function ranked(symptoms, zone, speciesId, use = {}) {
  const here = use.species?.[speciesId] ?? {};
  const all = use.all ?? {};
  const count = (counts, symptom) => counts[symptom.code] ?? 0;
  return symptoms.filter((symptom) => symptom.active !== false && (!zone || symptom.zone === zone)).sort((
    a,
    b,
  ) => count(here, b) - count(here, a) || count(all, b) - count(all, a) || a.position - b.position);
}
