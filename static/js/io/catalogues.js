/** Lists that forms offer, each asked for once: species, catalogues, places, units, contractors. */

import { read } from "baum/io/api.js";
import { nameOf } from "baum/io/words.js";

const kept = new Map();

/** Ask once; a failed question is forgotten, so that the next form asks again. */
function once(key, ask) {
  if (!kept.has(key)) {
    const promise = ask();
    promise.catch(() => kept.delete(key));
    kept.set(key, promise);
  }
  return kept.get(key);
}

const rowsOf = (answer) =>
  answer.features?.map((row) => ({ id: row.id, ...row.properties, geometry: row.geometry })) ??
    answer.results ?? answer;

/** All species: id, botanical_name, german_name, leaf_type … */
export const allSpecies = () =>
  once("species", async () => rowsOf(await read("/api/v1/species/", { limit: 5000 })));

/** Catalogues of inspections by name: kinds, zones, symptoms, measure_kinds, urgencies, limits … */
export const catalogues = (address = "/api/v1/catalogues/") => once("catalogues", () => read(address));

export const contractors = () => once("contractors", async () => rowsOf(await read("/api/v1/contractors/")));

export const units = () => once("units", async () => rowsOf(await read("/api/v1/units/")));

/** Places whose name holds the words. */
export const placesNamed = async (words) => rowsOf(await read("/api/v1/places/", { q: words, limit: 20 }));

/** Sites around a position, for the place that a new tree most likely belongs to. */
export async function sitesNear({ lat, lon }) {
  const [dx, dy] = [0.0009, 0.00055];
  const bbox = [lon - dx, lat - dy, lon + dx, lat + dy].map((value) => value.toFixed(6)).join(",");
  return rowsOf(await read("/api/v1/sites/", { bbox, limit: 100 }));
}

/** "Tilia cordata – Winterlinde" */
export const speciesWords = (row) => [row.botanical_name, row.german_name].filter(Boolean).join(" – ");

/** The words of a catalogue's code; the code itself where the catalogue does not know it. */
export const wordOf = (rows, code) => nameOf((rows ?? []).find((row) => row.code === code)) || code;
