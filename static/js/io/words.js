/** The reader's language: t("deutscher Satz") gives it in that language; German is the key itself. */

import { pageData } from "baum/io/page_data.js";

const { language = "de", words = {} } = pageData("words") ?? {};

/** Language of the page: "de" or "en". */
export const LANGUAGE = language;

/**
 * A sentence in the reader's language; `{name}` is replaced by values.name.
 *
 * @param {string} text German sentence
 * @param {Record<string, string|number>} [values]
 * @returns {string}
 */
export function t(text, values = {}) {
  const found = words[text] || text;
  return found.replace(/\{(\w+)\}/g, (whole, name) => name in values ? String(values[name]) : whole);
}

/**
 * The word of a catalogue entry or state, which brings both languages.
 *
 * @param {{name_de?: string, name_en?: string, label_de?: string, label_en?: string, name?: string}} entry
 * @returns {string}
 */
export function nameOf(entry) {
  if (!entry) return "";
  const own = LANGUAGE === "en" ? entry.name_en ?? entry.label_en : entry.name_de ?? entry.label_de;
  return own ?? entry.name ?? entry.label ?? "";
}
