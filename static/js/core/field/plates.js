// What a scanned plate or a typed number means: a tree's id, its number or what stands on the plate.

const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;
/** Numbers as tree offices write them: 17, 0417, 12a, 12 a, G12. */
const NUMBER = /^\p{L}{0,2}\d{1,6} ?\p{L}?$/u;
const PLACE_AND_NUMBER = /^(?<place>.*\p{L}{3}.*?)[\s,]+(?<number>\p{L}{0,2}\d{1,6} ?\p{L}?)$/u;

/**
 * @param {string} text content of a QR or data-matrix code, or typed
 * @returns {{id: string}|{number: string, place?: string}|{tag: string}|null} null for nothing;
 *   the id in small letters with hyphens
 */
export function meaningOf(text) {
  const given = String(text ?? "").replace(/[\p{Cc}\p{Cf}]/gu, "").trim().replace(/\s+/g, " ");
  if (!given) return null;
  const id = idIn(given);
  if (id) return { id };
  if (/^https?:\/\//i.test(given)) return { tag: given };
  if (NUMBER.test(given)) return { number: given };
  const both = PLACE_AND_NUMBER.exec(given);
  return both ? { number: both.groups.number, place: both.groups.place } : { tag: given };
}

function idIn(given) {
  const bare = given.replace(/^urn:uuid:/i, "").replace(/^\{(.*)\}$/, "$1");
  if (UUID.test(bare)) return hyphened(bare);
  const query = /[?&#]baum=([^&#]*)/i.exec(given)?.[1] ?? "";
  return UUID.test(query) ? hyphened(query) : null;
}

function hyphened(uuid) {
  const hex = uuid.replaceAll("-", "").toLowerCase();
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
