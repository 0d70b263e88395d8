// What the map shows, as it stands in the address: position, filters, chosen tree and tab.
// Filter names are those of inspections/filters.py; pages/map.js reads and writes the address.

/** Filters that hold one value. */
const SINGLE = ["due_until", "q", "mine"];
/** Filters that may be repeated. */
const REPEATED = ["district", "place", "species", "unit", "state", "status"];

/** All filter names. */
export const FILTER_NAMES = [...REPEATED, ...SINGLE];

/** The asked day and how it is read; names of inspections/past_day.py. */
const PAST = ["stichtag", "lesart"];

/** A filter that asks for nothing. */
export function emptyFilter() {
  return Object.fromEntries([
    ...REPEATED.map((name) => [name, []]),
    ...SINGLE.map((name) => [name, ""]),
  ]);
}

/**
 * Read an address.
 *
 * @param {string} search as in location.search
 * @returns {{filter: object, position: ?{zoom: number, lat: number, lon: number}, tree: string, tab: string, base: string, past: object}}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const filter = emptyFilter();
  for (const name of REPEATED) filter[name] = [...new Set(query.getAll(name).filter(Boolean))];
  for (const name of SINGLE) filter[name] = query.get(name) ?? "";
  return {
    filter,
    position: readPosition(query.get("lage")),
    tree: query.get("baum") ?? "",
    tab: query.get("reiter") ?? "",
    base: query.get("karte") ?? "",
    past: Object.fromEntries(PAST.map((name) => [name, query.get(name) ?? ""])),
  };
}

/** "17/53.14/8.21" → position, null when it cannot be one. */
function readPosition(text) {
  const numbers = (text ?? "").split("/").map(Number);
  if (numbers.length !== 3 || numbers.some((number) => !Number.isFinite(number))) return null;
  const [zoom, lat, lon] = numbers;
  if (zoom < 0 || zoom > 22 || Math.abs(lat) > 85 || Math.abs(lon) > 180) return null;
  return { zoom, lat, lon };
}

/**
 * The query of a view; readAddress(writeAddress(view)) gives the view again.
 *
 * @returns {string} "" or "?…"
 */
export function writeAddress({ filter, position, tree, tab, base, past = {} }) {
  const query = new URLSearchParams(filterQuery(filter));
  for (const name of PAST) if (past[name]) query.set(name, past[name]);
  if (position) {
    const { zoom, lat, lon } = position;
    query.set("lage", `${zoom}/${lat.toFixed(5)}/${lon.toFixed(5)}`);
  }
  if (base) query.set("karte", base);
  if (tree) query.set("baum", tree);
  if (tree && tab) query.set("reiter", tab);
  const text = query.toString().replaceAll("%2F", "/");
  return text ? `?${text}` : "";
}

/**
 * Only the filters, for tiles, counts, exports and reports.
 *
 * @param {object} filter
 * @param {string[]} [without] names left out
 * @returns {URLSearchParams}
 */
export function filterQuery(filter, without = []) {
  const query = new URLSearchParams();
  for (const name of FILTER_NAMES) {
    if (without.includes(name)) continue;
    for (const value of [filter[name]].flat()) if (value) query.append(name, value);
  }
  return query;
}

/** Whether anything is filtered. */
export function isFiltered(filter) {
  return filterQuery(filter).size > 0;
}

/**
 * The states that are asked for after one was switched in the legend; none named means all.
 *
 * @param {string[]} states codes now asked for
 * @param {string} code the one that was pressed
 * @param {string[]} all every code
 * @returns {string[]} [] when all are shown again; never "none at all"
 */
export function toggleState(states, code, all) {
  const shown = new Set(states.length ? states : all);
  if (shown.has(code)) shown.delete(code);
  else shown.add(code);
  if (shown.size === all.length) return [];
  return all.filter((each) => shown.has(each));
}
