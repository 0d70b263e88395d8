/** Corrects a record later than the ten seconds of "Rückgängig": a new inspection that names the old one. */

import { openInspection } from "baum/components/field/inspect_form.js";

/** Open the newest inspection of a tree for correction. */
export function openCorrection(ctx, row) {
  return openInspection(ctx, row, { old: row.inspections[0] });
}
