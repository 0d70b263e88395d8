/** How a tree is named on card and forms: "Baum 0417 · Lindenallee 12", "Tilia cordata – Winterlinde". */

import { t } from "baum/io/words.js";

/** "Baum 0417"; a tree recorded here has no number yet. */
export const treeTitle = (row) => row.number ? t("Baum {number}", { number: row.number }) : t("Neuer Baum");

export const placeWords = (row) => [row.place_name, row.house_number].filter(Boolean).join(" ");

/** Words of a species in the reference: botanical name, then the German one. */
export const namesOf = (species) => [species.botanical, species.german].filter(Boolean).join(" – ");

export function speciesWords(row, reference) {
  const known = reference.species?.find((each) => each.id === row.species);
  return known ? namesOf(known) : row.species_as_given ?? t("Baumart unbekannt");
}
