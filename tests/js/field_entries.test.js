// Entries of the tablet: their text, their order when sent, and what they change at once.
import assert from "node:assert/strict";
import { applyEntries, newTreeRow, pointOf } from "baum/core/field/apply_entries.js";
import { isUrgent, KINDS, makeEntry } from "baum/core/field/entries.js";
import { DEFAULT_RULE_SET } from "baum/core/field/intervals.js";
import { batches, sendOrder } from "baum/core/field/send_order.js";
import { stateOn } from "baum/core/overdue.js";

const URGENCIES = [
  { code: "1", immediate: true, deadline_days: 0 },
  { code: "2", immediate: false, deadline_days: 42 },
  { code: "5", immediate: false, deadline_days: null },
];
const REFERENCE = {
  urgencies: URGENCIES,
  rule_set: DEFAULT_RULE_SET,
  topping_kinds: ["torso"],
  measure_kinds: [
    { code: "deadwood", cutting: "care" },
    { code: "crown_reduce", cutting: "heavy" },
    { code: "torso", cutting: "heavy" },
    { code: "young_care", cutting: "care", young_tree_care: true },
  ],
  places: [
    { id: "p1", name: "Lindenweg", kind: "street", expectation: "higher", unit: "u1" },
    { id: "p2", name: "Wall", kind: "park", expectation: "lower", unit: "u1" },
  ],
};
const BODY = {
  inspection_kind: "regular",
  leaf_state: "bare",
  vitality: "1",
  condition: "sound",
  phase: "mature",
  result: "safe",
  expectation: "",
  limits: [],
  findings: [],
  endings: [],
  measures: [],
};
const FINDING = { id: "f1", zone: "K", symptom: "K01", severity: 1, note: "", observation: "seen" };
const MADE = {
  id: "e1",
  kind: "inspection",
  person: "p",
  device: "d",
  deviceName: "Tablet 3",
  app: "1.0",
  madeAt: "2026-11-27T10:00:00Z",
  clockOffset: 2,
  tree: "t1",
  treeVersion: 7,
  body: BODY,
};
const made = (changes = {}) => makeEntry({ ...MADE, ...changes });
const stored = (changes = {}, status = "unsent") => {
  const { id, kind, tree, made_at, text } = made(changes);
  return { id, kind, tree, made_at, text, status };
};
const ROW = {
  id: "t1",
  version: 7,
  status: "standing",
  duty: "city",
  lon: 8.2,
  lat: 53.1,
  phase: "mature",
  place: "p1",
  place_name: "Lindenweg",
  effective_expectation: "higher",
  crown_diameter_m: "7.5",
  plan: {
    required: true,
    never: false,
    due_on: "2026-05-10",
    tolerance_until: "2026-08-10",
    basis: "inspection",
    basis_on: "2024-05-10",
    condition: "sound",
  },
  inspections: [{ id: "i1", inspected_at: "2024-05-10T08:00:00Z", sets_regular_date: true }],
  measures: [{ id: "m1", kind: "crown_reduce", urgency: "2" }],
};
const frozen = JSON.stringify(ROW);
const apply = (...entries) => applyEntries(ROW, entries, REFERENCE);

Deno.test("the text holds the contract's keys in their order", () => {
  const entry = made({ work: { metres: 12, seconds: 30 } });
  const { text, ...fields } = entry;
  assert.deepEqual(JSON.parse(text), fields);
  assert.deepEqual(Object.keys(fields), [
    "id",
    "kind",
    "v",
    "person",
    "device",
    "device_name",
    "app",
    "made_at",
    "clock_offset_s",
    "tree",
    "tree_version",
    "body",
    "work",
  ]);
  assert.equal(fields.made_at, "2026-11-27T10:00:00.000Z");
  assert.equal(made().text.includes("work"), false);
});

Deno.test("the same entry is the same text, whatever the order in which it was filled in", () => {
  const finding = { id: "f", zone: "K", symptom: "K01", severity: 1, note: "", observation: "seen" };
  const backwards = (values) => Object.fromEntries(Object.entries(values).reverse());
  const one = made({ body: { ...BODY, findings: [finding], extra: { b: 1, a: undefined } } });
  const other = made({ body: backwards({ ...BODY, findings: [backwards(finding)], extra: { b: 1 } }) });
  assert.equal(one.text, other.text);
  assert.match(one.text, /"body":\{"inspection_kind":"regular","leaf_state"/);
  assert.match(one.text, /"findings":\[\{"id":"f","zone":"K"/);
});

Deno.test("an entry has a known kind, an id, an owner and a device", () => {
  assert.equal(KINDS.length, 7);
  for (const change of [{ kind: "gossip" }, { id: "" }, { person: null }, { device: undefined }]) {
    assert.throws(() => made(change), TypeError);
  }
  assert.throws(() => made({ madeAt: "gestern" }), RangeError);
});

Deno.test("urgent is what orders something at once or tells what was done at once", () => {
  const measures = [{ id: "m", kind: "cordon", urgency: "1" }];
  assert.equal(isUrgent(made(), URGENCIES), false);
  assert.equal(isUrgent(stored({ body: { ...BODY, measures } }), URGENCIES), true);
  assert.equal(isUrgent(made({ body: { ...BODY, measures } })), true, "without a catalogue as shipped");
  assert.equal(isUrgent(made({ body: { ...BODY, immediate_action: "abgesperrt" } }), URGENCIES), true);
  assert.equal(isUrgent(made({ body: { ...BODY, measures: [{ urgency: "2" }] } }), URGENCIES), false);
  assert.equal(isUrgent(made({ kind: "tree_end", body: { how: "felled" } }), URGENCIES), false);
});

const at = (id, minute, urgent = false, tree = id) => ({
  id,
  tree,
  urgent,
  made_at: `2026-11-27T10:${minute}:00Z`,
});
const ids = (entries) => entries.map((entry) => entry.id).join("");

Deno.test("emergencies go first, newest before older; the rest in its order", () => {
  const entries = [at("c", "03"), at("a", "01"), at("x", "02", true), at("y", "04", true), at("b", "02")];
  assert.equal(ids(sendOrder(entries)), "yxabc");
});

Deno.test("what the same tree had before comes along before the emergency", () => {
  const entries = [
    at("n", "01", false, "t"),
    at("o", "02", false, "s"),
    at("u", "03", true, "t"),
    at("v", "04", false, "t"),
  ];
  assert.equal(ids(sendOrder(entries)), "nuov");
  const loose = [at("g", "01", false, null), at("h", "02", true, null)];
  assert.equal(ids(sendOrder(loose)), "hg", "entries without a tree have nothing in common");
});

Deno.test("nothing is left out and nothing sent twice", () => {
  const many = Array.from(
    { length: 200 },
    (_, i) => at(`e${i}`, String(i % 60).padStart(2, "0"), i % 7 === 0, `t${i % 9}`),
  );
  const sent = sendOrder(many);
  assert.deepEqual(new Set(sent), new Set(many));
  assert.equal(sent.length, many.length);
  assert.equal(
    sendOrder([stored(), stored({ id: "u", body: { ...BODY, immediate_action: "x" } })])[0].id,
    "e1",
  );
});

Deno.test("batches keep the order, the bytes and the number", () => {
  const texts = (...lengths) => lengths.map((length) => ({ text: "ü".repeat(length / 2) }));
  const sizes = (groups) => groups.map((group) => group.length);
  assert.deepEqual(sizes(batches(texts(40, 40, 40, 200, 20), 100, 50)), [2, 1, 1, 1]);
  assert.deepEqual(sizes(batches(texts(60, 40), 100)), [2]);
  assert.deepEqual(sizes(batches(texts(2, 2, 2, 2, 2), 100, 2)), [2, 2, 1]);
  assert.deepEqual(batches([]), []);
});

Deno.test("an inspection changes date, colour and card at once, and the given row not at all", () => {
  const row = apply(stored({ body: { ...BODY, expectation: "lower", phase: "aging", findings: [FINDING] } }));
  assert.equal(stateOn(row.plan, "2026-11-27"), "ok");
  assert.equal(row.plan.due_on, "2028-11-27");
  assert.deepEqual([row.phase, row.effective_expectation, row.expectation], ["aging", "lower", "lower"]);
  assert.equal(row.inspections[0].id, "e1");
  assert.equal(row.inspections[0].inspected_on, "2026-11-27");
  assert.deepEqual([row.inspections[0].expectation, row.inspections[0].findings], ["lower", [FINDING]]);
  assert.equal(row.inspections[0].sets_regular_date, true);
  assert.deepEqual(row.pending.map((entry) => [entry.id, entry.status]), [["e1", "unsent"]]);
  assert.equal(JSON.stringify(ROW), frozen);
});

Deno.test("what the server has taken or turned down is not laid over the row", () => {
  for (const status of ["accepted", "rejected"]) {
    assert.deepEqual(apply(stored({}, status)).pending, [], status);
  }
  for (const status of ["unsent", "sending", "deposited", "unsettled", "foreign"]) {
    assert.equal(apply(stored({}, status)).pending.length, 1, status);
  }
  const known = { ...ROW, inspections: [{ id: "e1", inspected_at: MADE.madeAt }] };
  assert.equal(applyEntries(known, [stored()], REFERENCE).inspections.length, 1);
});

Deno.test("the card names who inspected, and what the server said of it", () => {
  const entry = { ...stored({}, "unsettled"), person_name: "Ida Rot", sentence: "Die Uhr ging falsch." };
  const row = apply(entry);
  assert.deepEqual([row.inspections[0].inspector, row.inspections[0].expectation], ["Ida Rot", "higher"]);
  assert.equal(row.pending[0].sentence, "Die Uhr ging falsch.");
});

Deno.test("entries of other trees are ignored", () => {
  assert.deepEqual(apply(stored({ tree: "t2" })).pending, []);
});

Deno.test("only three inspections are kept, newest first; a late one teaches nothing", () => {
  const inspections = ["2026-11-27T11:00:00Z", "2025-01-01T00:00:00Z", "2024-01-01T00:00:00Z"].map(
    (inspected_at, i) => ({ id: `i${i}`, inspected_at }),
  );
  const row = applyEntries(
    { ...ROW, inspections },
    [stored({ body: { ...BODY, phase: "aging" } })],
    REFERENCE,
  );
  assert.deepEqual(row.inspections.map((inspection) => inspection.id), ["i0", "e1", "i1"]);
  assert.equal(row.phase, "mature");
});

Deno.test("a correction takes the place of what it corrects", () => {
  const first = stored();
  const second = stored({ id: "e2", madeAt: "2026-11-27T10:05:00Z", body: { ...BODY, corrects: "e1" } });
  const row = apply(second, first);
  assert.deepEqual(row.inspections.map((inspection) => inspection.id), ["e2", "i1"]);
});

Deno.test("a correction speaks of the day of what it corrects", () => {
  const [old] = ROW.inspections;
  const body = { ...BODY, corrects: old.id, inspected_at: old.inspected_at };
  const row = apply(stored({ id: "e2", madeAt: "2026-11-27T10:05:00Z", body }));
  assert.deepEqual(row.inspections.map((each) => [each.id, each.inspected_at]), [["e2", old.inspected_at]]);
});

Deno.test("measures ordered with an inspection are open with their deadline", () => {
  const measures = [{ id: "m2", kind: "deadwood", urgency: "2", note: "" }, {
    id: "m3",
    kind: "deadwood",
    urgency: "5",
  }];
  const row = apply(stored({ body: { ...BODY, measures } }));
  assert.deepEqual(row.measures.map((m) => [m.id, m.deadline_on ?? null]), [
    ["m1", null],
    ["m2", "2027-01-08"],
    ["m3", null],
  ]);
  assert.equal(pointOf(row, REFERENCE).immediate, false);
  const pressing = apply(
    stored({ body: { ...BODY, measures: [{ id: "m4", kind: "cordon", urgency: "1" }] } }),
  );
  assert.equal(pointOf(pressing, REFERENCE).immediate, true);
});

const other = (kind, body, more = {}) =>
  stored({ id: `x-${kind}`, kind, body, madeAt: "2026-11-27T09:00:00Z", ...more });

Deno.test("a measure done is open no more, and a heavy cut blocks the vitality at once", () => {
  const done = (kind, row = {}) => {
    const measures = [{ id: "m1", kind, urgency: "3" }];
    const body = { measure: "m1", done_on: "2026-11-20", done_by: "Fa. Ast" };
    return applyEntries({ ...ROW, ...row, measures }, [other("measure_done", body)], REFERENCE);
  };
  assert.deepEqual(done("deadwood").measures, []);
  assert.equal(done("deadwood").cut_on, undefined);
  assert.deepEqual([done("crown_reduce").cut_on, done("crown_reduce").topped_on], ["2026-11-20", undefined]);
  assert.equal(done("torso").topped_on, "2026-11-20");
  assert.equal(done("crown_reduce", { cut_on: "2026-11-25" }).cut_on, "2026-11-25");
  const cared = done("young_care", { phase: "youth" });
  assert.deepEqual([cared.plan.exempt_until, cared.plan.due_on], ["2029-11-20", "2029-11-20"]);
  assert.equal(done("deadwood", { phase: "youth" }).plan.care_on, undefined);
  assert.equal(done("young_care", { phase: "mature" }).plan.due_on, "2026-05-10");
  const demanded = [{ id: "i", sets_regular_date: true, set_months: 6, proposed_months: 12 }];
  assert.equal(done("young_care", { phase: "youth", inspections: demanded }).plan.due_on, "2026-05-10");
});

Deno.test("moved, changed, gone", () => {
  const moved = apply(other("tree_move", { base: {}, lon: 8.3, lat: 53.2, accuracy_m: 3, source: "gnss" }));
  assert.deepEqual([moved.lon, moved.lat, moved.position_accuracy_m, moved.position_source], [
    8.3,
    53.2,
    3,
    "gnss",
  ]);
  const changed = apply(other("tree_change", { base: { tag: "" }, changes: { tag: "4711", place: "p2" } }));
  assert.deepEqual([changed.tag, changed.place_name, changed.effective_expectation], [
    "4711",
    "Wall",
    "lower",
  ]);
  const gone = apply(other("tree_end", { how: "felled", on: "2026-11-27", reason: "Sturm" }));
  assert.equal(gone.status, "felled");
  assert.equal(stateOn(gone.plan, "2026-11-27"), "none");
});

const PLANTED = {
  lon: 8.21,
  lat: 53.14,
  accuracy_m: 4,
  source: "gnss",
  place: "p1",
  species: "s1",
  status: "planted",
  planted_on: "2026-11-27",
  number: "",
};

Deno.test("a tree of this tablet has a row, and can be inspected at once", () => {
  const plant = other("tree_new", PLANTED, { tree: "t9" });
  const row = newTreeRow(plant, REFERENCE);
  assert.deepEqual([row.id, row.version, row.status, row.duty], ["t9", null, "planted", "city"]);
  assert.deepEqual([row.place_name, row.effective_expectation, row.unit], ["Lindenweg", "higher", "u1"]);
  assert.equal("number" in row, false);
  assert.deepEqual([row.plan.never, row.plan.due_on], [true, "2027-11-27"]);
  const { number, crown, plan } = pointOf(row, REFERENCE);
  assert.deepEqual([number, crown, plan.due_on], ["", null, "2027-11-27"]);
  const inspection = stored({ tree: "t9", body: { ...BODY, inspection_kind: "initial" } });
  const after = applyEntries(null, [inspection, plant], REFERENCE);
  assert.equal(stateOn(after.plan, "2026-11-27"), "ok");
  assert.equal(after.pending.length, 2);
  assert.equal(applyEntries(null, [inspection], REFERENCE), null);
});

Deno.test("a recorded tree waits for its initial survey by its place; planned ones do not wait", () => {
  const { planted_on: _none, ...found } = PLANTED;
  const recorded = newTreeRow(other("tree_new", { ...found, status: "unverified" }), REFERENCE);
  assert.equal(recorded.plan.due_on, "2027-05-27");
  assert.equal(
    newTreeRow(other("tree_new", { ...PLANTED, status: "planned" }), REFERENCE).plan.required,
    false,
  );
});

Deno.test("without a reference the default rule holds", () => {
  assert.equal(applyEntries(ROW, [stored()]).plan.due_on, "2028-11-27");
  assert.equal(pointOf(ROW).crown, 7.5);
});
