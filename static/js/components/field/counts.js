/** Counted things in words; one of them has a sentence of its own. */

import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";

const shown = (count) => ({ n: number(count, LANGUAGE, 0) });

export const treesWords = (count) => count === 1 ? t("1 Baum") : t("{n} Bäume", shown(count));

export const entriesWords = (count) => count === 1 ? t("1 Eintrag") : t("{n} Einträge", shown(count));

export const photosWords = (count) => count === 1 ? t("1 Foto") : t("{n} Fotos", shown(count));

export const monthsWords = (count) => count === 1 ? t("1 Monat") : t("{n} Monate", shown(count));
