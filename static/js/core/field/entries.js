// Makes the text of an entry as the tablet keeps and sends it; the server keeps the same letters.
// The order of keys is fixed, so that the same entry is always the same text, with the same hash.

export const VERSION = 1;

const FINDING = ["id", "zone", "symptom", "severity", "note", "observation", "continues", "photos"];
const MEASURE = ["id", "kind", "urgency", "note", "finding"];

/** Keys of each kind's body in the order of the text; others follow by alphabet. */
const BODIES = {
  inspection: [
    "inspection_kind",
    "leaf_state",
    "vitality",
    "condition",
    "phase",
    "result",
    "expectation",
    "weather",
    "limits",
    "limits_note",
    "note",
    "set_months",
    "interval_reason",
    "immediate_action",
    "carried_over",
    "also_regular",
    "findings",
    "endings",
    "measures",
    "corrects",
    "correction_reason",
  ],
  tree_new: [
    "lon",
    "lat",
    "accuracy_m",
    "source",
    "place",
    "number",
    "species",
    "species_as_given",
    "status",
    "planted_on",
    "planted_year",
    "planted_year_source",
    "height_m",
    "crown_diameter_m",
    "girth_cm",
    "girth_height_cm",
    "phase",
    "expectation",
    "tag",
    "remarks",
  ],
  tree_change: ["base", "changes"],
  tree_move: ["base", "lon", "lat", "accuracy_m", "source"],
  tree_end: ["how", "on", "reason"],
  measure_done: ["measure", "done_on", "done_by", "note"],
  group_new: ["place", "number", "ring", "tree_count", "species", "remarks"],
};
const PARTS = {
  findings: FINDING,
  measures: MEASURE,
  endings: ["finding", "how"],
  species: ["species", "percent"],
};

export const KINDS = Object.freeze(Object.keys(BODIES));

/**
 * An entry with its text. Throws TypeError for a kind that nobody knows or an entry without owner.
 *
 * @param {object} made {id, kind, person, device, deviceName, app, madeAt (Date, ms or ISO),
 *   clockOffset (seconds server − device, null unknown), tree, treeVersion, body,
 *   work: ?{seconds, metres} (only where the city measures)}
 * @returns {object} the fields of the contract (id, kind, v, person, …, body) and `text`
 */
export function makeEntry(made) {
  const { id, kind, person, device, tree = null, treeVersion = null, work = null } = made;
  if (!BODIES[kind]) throw new TypeError(`unknown kind of entry: ${kind}`);
  for (const [name, value] of Object.entries({ id, person, device })) {
    if (!value) throw new TypeError(`an entry needs its ${name}`);
  }
  const entry = {
    id,
    kind,
    v: VERSION,
    person,
    device,
    device_name: made.deviceName ?? "",
    app: made.app ?? "",
    made_at: new Date(made.madeAt).toISOString(),
    clock_offset_s: made.clockOffset ?? null,
    tree,
    tree_version: treeVersion,
    body: ordered(made.body, BODIES[kind]),
  };
  if (work) entry.work = ordered(work, ["seconds", "metres"]);
  return { ...entry, text: JSON.stringify(entry) };
}

/** The same values with keys in a fixed order; keys without a value are left out. */
function ordered(values, keys) {
  const named = keys.filter((key) => values[key] !== undefined);
  const others = Object.keys(values).filter((key) => !keys.includes(key) && values[key] !== undefined).sort();
  return Object.fromEntries([...named, ...others].map((key) => [key, part(key, values[key])]));
}

function part(key, value) {
  if (Array.isArray(value)) return value.map((item) => part(key, item));
  if (value === null || typeof value !== "object") return value;
  return ordered(value, PARTS[key] ?? []);
}

/** The entry that a text holds; stored entries of the tablet carry it as `text`. */
export function parsed(stored) {
  return stored.text === undefined ? stored : JSON.parse(stored.text);
}

/** Codes of urgencies that mean "at once"; the shipped catalogue's where none is at hand. */
export function immediateCodes(urgencies) {
  return new Set(urgencies ? urgencies.filter((row) => row.immediate).map((row) => row.code) : ["1"]);
}

/**
 * Must this be sent before all else? True for an inspection that orders something at once or tells
 * what was done at once.
 *
 * @param {object} entry of the contract, or a stored one with `text`
 * @param {?object[]} urgencies REFERENCE.urgencies
 */
export function isUrgent(entry, urgencies = null) {
  const { kind, body } = parsed(entry);
  if (kind !== "inspection") return false;
  const immediate = immediateCodes(urgencies);
  return Boolean(body.immediate_action) ||
    (body.measures ?? []).some((measure) => immediate.has(measure.urgency));
}
