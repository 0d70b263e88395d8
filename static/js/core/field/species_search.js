// Finds species by what a cold finger types: beginnings, parts, typing errors, old names; the frequent ones first.

/** Ways in which a typed word can meet a word of a name; smaller is nearer. */
const EXACT = 0;
const PREFIX = 1;
const INSIDE = 2;
const TYPO = 3;
const NO_MATCH = 99;

/** "Säulen-Eiche ×" → "saeulen-eiche": what is compared. */
function plain(text) {
  return text.toLowerCase().replaceAll("ä", "ae").replaceAll("ö", "oe").replaceAll("ü", "ue")
    .replaceAll("ß", "ss").normalize("NFD").replace(/\p{M}/gu, "").replace(/[^a-z0-9\s-]/g, " ");
}

/** Words of a name or query: "winter-linde" gives winter, linde and winterlinde. */
function wordsOf(text) {
  const words = [];
  for (const unit of plain(text).split(/\s+/)) {
    const parts = unit.split("-").filter(Boolean);
    if (parts.length) words.push(...new Set([parts.join(""), ...(parts.length > 1 ? parts : [])]));
  }
  return words;
}

const joined = (text) => plain(text).replace(/[\s-]+/g, "");

/** Errors forgiven in a word of this length. */
const forgiven = (length) => length < 4 ? 0 : length < 7 ? 1 : 2;

/** Letters of a word as bits; digits share one. */
function lettersOf(word) {
  let bits = 0;
  for (let i = 0; i < word.length; i++) {
    const letter = word.charCodeAt(i) - 97;
    bits |= letter < 0 ? 1 << 26 : 1 << letter;
  }
  return bits;
}

function bitCount(bits) {
  let count = 0;
  for (let left = bits; left; left &= left - 1) count++;
  return count;
}

/** Three rows of the table below, used again and again; no name is as long. */
const LONGEST = 80;
const ROWS = [0, 1, 2].map(() => new Uint8Array(LONGEST + 1));

/**
 * Damerau distance (neighbours that changed places count once) of `typed` to `word` or, if smaller,
 * to a beginning of it; more than `most` is 99. Only the band that can stay below is filled in.
 */
export function typingErrors(typed, word, most) {
  const columns = Math.min(word.length, typed.length + most, LONGEST);
  let [before, previous, row] = ROWS;
  for (let j = 0; j <= columns; j++) previous[j] = j;
  for (let i = 1; i <= typed.length; i++) {
    const [from, to] = [Math.max(1, i - most), Math.min(columns, i + most)];
    row[from - 1] = from === 1 ? i : most + 1;
    let best = row[from - 1];
    for (let j = from; j <= to; j++) {
      const same = typed[i - 1] === word[j - 1];
      const above = j <= i - 1 + most ? previous[j] + 1 : most + 1;
      let cost = Math.min(above, row[j - 1] + 1, previous[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1];
      if (swapped) cost = Math.min(cost, before[j - 2] + 1);
      row[j] = cost;
      if (cost < best) best = cost;
    }
    if (best > most) return NO_MATCH;
    [before, previous, row] = [previous, row, before];
  }
  let found = NO_MATCH;
  for (let j = Math.max(0, typed.length - most); j <= columns; j++) found = Math.min(found, previous[j]);
  return found <= most ? found : NO_MATCH;
}

function nearness(typed, letters, { word, letters: given }) {
  if (word === typed) return EXACT;
  if (word.startsWith(typed)) return PREFIX;
  if (typed.length > 2 && word.includes(typed)) return INSIDE;
  const most = forgiven(typed.length);
  if (!most || typed.length > LONGEST || word.length < typed.length - most) return NO_MATCH;
  if (bitCount(letters & ~given) > most) return NO_MATCH;
  const found = typingErrors(typed, word, most);
  return found === NO_MATCH ? NO_MATCH : TYPO + found - 1;
}

/** Names of all species, split once; asked at each key that is pressed. */
export class SpeciesIndex {
  #vocabulary = [];
  #species = [];

  /**
   * @param {object[]} species REFERENCE.species: {id, botanical, german, synonyms, active, trees, …};
   *   synonyms as a list or as text with ";"
   */
  constructor(species) {
    const places = new Map();
    for (const row of species) {
      if (row.active === false) continue;
      const at = this.#species.length;
      const names = namesOf(row);
      this.#species.push({ row, whole: new Set(names.map(joined)), trees: row.trees ?? 0 });
      for (const word of new Set(names.flatMap((name) => [...wordsOf(name), joined(name)]))) {
        if (!places.has(word)) places.set(word, []);
        places.get(word).push(at);
      }
    }
    this.#vocabulary = [...places].map(([word, at]) => ({ word, letters: lettersOf(word), places: at }));
  }

  get size() {
    return this.#species.length;
  }

  /**
   * The best `n` species for a text, best first; for an empty text the most frequent here.
   *
   * @param {string} text
   * @param {number} n
   * @returns {object[]} rows of REFERENCE.species
   */
  find(text, n = 12) {
    const words = plain(text).split(/[\s-]+/).filter(Boolean);
    const costs = words.length ? this.#costs(words) : this.#species.map(() => 0);
    const whole = joined(text);
    const found = [];
    for (const [at, cost] of costs.entries()) {
      if (cost >= NO_MATCH) continue;
      const { row, whole: names, trees } = this.#species[at];
      found.push({ row, trees, tier: names.has(whole) ? -1 : Math.max(0, cost - PREFIX) });
    }
    found.sort((a, b) => a.tier - b.tier || b.trees - a.trees || byName(a.row, b.row));
    return found.slice(0, n).map(({ row }) => row);
  }

  /** How near each species is: all words of the query, each to its best word, or the query as one word. */
  #costs(words) {
    const sum = new Array(this.#species.length).fill(0);
    for (const word of words) {
      const best = this.#best(word);
      for (let at = 0; at < sum.length; at++) sum[at] += best[at];
    }
    if (words.length === 1) return sum;
    const together = this.#best(words.join(""));
    return sum.map((cost, at) => Math.min(cost, together[at]));
  }

  #best(typed) {
    const best = new Array(this.#species.length).fill(NO_MATCH);
    const letters = lettersOf(typed);
    for (const entry of this.#vocabulary) {
      const cost = nearness(typed, letters, entry);
      if (cost < NO_MATCH) { for (const at of entry.places) if (cost < best[at]) best[at] = cost; }
    }
    return best;
  }
}

function namesOf(row) {
  const synonyms = Array.isArray(row.synonyms) ? row.synonyms : (row.synonyms ?? "").split(";");
  return [row.german, row.botanical, ...synonyms].filter(Boolean);
}

const byName = (a, b) => a.botanical < b.botanical ? -1 : Number(a.botanical > b.botanical);
