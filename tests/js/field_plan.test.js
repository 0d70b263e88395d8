// Intervals and due dates on the tablet, held by the same tables as Python's and SQL's.
import assert from "node:assert/strict";
import { addMonths, berlinDay } from "baum/core/field/days.js";
import { DEFAULT_RULE_SET, proposeInterval, reasonSentence } from "baum/core/field/intervals.js";
import { basisOf, planAfter, planControl } from "baum/core/field/plan.js";
import { stateOn } from "baum/core/overdue.js";

const table = (name) => JSON.parse(Deno.readTextFileSync(new URL(`../cases/${name}.json`, import.meta.url)));
const t = (text, values = {}) => text.replace(/\{(\w+)\}/g, (_whole, name) => values[name]);

function ruleSetOf({ rule_set: { matrix = {}, ...changes } = {} }) {
  return { ...DEFAULT_RULE_SET, ...changes, matrix: { ...DEFAULT_RULE_SET.matrix, ...matrix } };
}

Deno.test("the tables have rows", () => {
  assert.ok(table("interval").rows.length >= 20);
  assert.ok(table("plan").rows.length >= 40);
});

for (const row of table("interval").rows) {
  Deno.test(`interval: ${row.name}`, () => {
    const found = proposeInterval({ ...row, ruleSet: ruleSetOf(row), inCare: row.in_care });
    assert.deepEqual([found.months, found.reasonCode], [row.months, row.reason]);
    const sentence = reasonSentence(found, t);
    assert.match(sentence, /^[A-Z].*\.$/);
    assert.doesNotMatch(sentence, /undefined|null|\{/);
  });
}

const plans = table("plan");
for (const row of plans.rows) {
  Deno.test(`plan: ${row.name}`, () => {
    const { defaults } = plans;
    const tree = { ...defaults.tree, ...row.tree };
    const records = row.inspections.map((record) => ({ ...defaults.inspection, ...record }));
    const facts = { tree, basis: basisOf(records), previous: row.previous };
    assert.deepEqual(planControl(facts, ruleSetOf(row)), { ...defaults.expect, ...row.expect });
    assert.equal(basisOf(records.reverse())?.id, facts.basis?.id);
  });
}

for (const row of table("berlin_day").rows) {
  Deno.test(`day: ${row.name}`, () => assert.equal(berlinDay(row.instant), row.day));
}

Deno.test("months clamp to the month's end, also backwards", () => {
  const rows = [
    ["2023-08-31", 6, "2024-02-29"],
    ["2024-03-31", -1, "2024-02-29"],
    [
      "2024-12-31",
      2,
      "2025-02-28",
    ],
    ["2100-01-31", 1, "2100-02-28"],
    ["2024-02-29", 0, "2024-02-29"],
    ["2024-01-15", -13, "2022-12-15"],
  ];
  for (const [start, months, end] of rows) assert.equal(addMonths(start, months), end, start);
});

Deno.test("no day without an instant", () => {
  assert.throws(() => berlinDay("gestern"), RangeError);
});

Deno.test("the reason names what the rule saw, in words", () => {
  const seen = { ruleSet: DEFAULT_RULE_SET, phase: "mature", condition: "sound", expectation: "higher" };
  assert.equal(
    reasonSentence(proposeInterval({ ...seen, inCare: false }), t),
    "Das Regelwerk sieht 24 Monate vor: Reifephase, gesund oder leicht geschädigt, höhere Sicherheitserwartung.",
  );
  assert.equal(
    reasonSentence(proposeInterval({ ...seen, phase: "", expectation: "", inCare: false }), t),
    "Es gelten 12 Monate, weil Angaben fehlen: Entwicklungsphase, Sicherheitserwartung.",
  );
});

const ROW = {
  status: "standing",
  duty: "city",
  phase: "mature",
  effective_expectation: "higher",
  plan: {
    required: true,
    never: false,
    due_on: "2026-05-10",
    tolerance_until: "2026-08-10",
    basis: "inspection",
    basis_on: "2024-05-10",
    cap_months: 12,
    initial_due_on: "2020-01-01",
  },
};
const BODY = { inspection_kind: "regular", phase: "mature", condition: "sound", set_months: null };
const after = (row, body, day = "2026-11-27") =>
  planAfter({ ...ROW, ...row }, { ...BODY, ...body }, day, DEFAULT_RULE_SET);

Deno.test("an inspection makes the tree green at once", () => {
  assert.equal(stateOn(ROW.plan, "2026-11-27"), "overdue");
  const plan = after({}, {});
  assert.equal(plan.due_on, "2028-11-27");
  assert.equal(plan.tolerance_until, "2029-02-27");
  assert.equal(plan.cap_months, 24, "a cap of the inspection before binds no longer");
  assert.equal(plan.initial_due_on, "2020-01-01", "what the rule does not say stays");
  assert.equal(stateOn(plan, "2026-11-27"), "ok");
});

Deno.test("the day of an inspection is Berlin's", () => {
  assert.equal(after({}, {}, "2026-11-26T23:30:00Z").basis_on, "2026-11-27");
});

Deno.test("what was seen counts: damage, phase, expectation, a set interval", () => {
  assert.equal(after({}, { condition: "damaged" }).due_on, "2027-11-27");
  assert.equal(after({}, { expectation: "lower" }).due_on, "2029-11-27");
  assert.equal(after({}, { phase: "aging" }).due_on, "2027-11-27");
  assert.equal(after({}, { set_months: 6, interval_reason: "Massaria" }).due_on, "2027-05-27");
});

Deno.test("only a regular kind sets the date, or one marked so", () => {
  assert.equal(after({}, { inspection_kind: "additional" }).due_on, "2026-05-10");
  assert.equal(after({}, { inspection_kind: "additional", also_regular: true }).due_on, "2028-11-27");
  const kinds = [{ code: "yearly", counts_as_regular: true }];
  const body = { ...BODY, inspection_kind: "yearly" };
  assert.equal(planAfter(ROW, body, "2026-11-27", DEFAULT_RULE_SET, kinds).due_on, "2028-11-27");
});

Deno.test("an older record never draws the date back", () => {
  const sameDay = { ...ROW.plan, basis_on: "2026-11-27" };
  assert.equal(after({ plan: sameDay }, { set_months: 1 }).due_on, "2026-12-27", "of one day the later one");
  const plan = { ...ROW.plan, basis_on: "2026-11-28", due_on: "2028-11-28" };
  assert.equal(after({ plan }, { set_months: 1 }).due_on, "2028-11-28");
});

Deno.test("a young tree in care is spared, unless damage was seen", () => {
  const young = { phase: "youth", plan: { ...ROW.plan, care_on: "2026-03-01" } };
  const plan = after(young, { phase: "youth" });
  assert.deepEqual([plan.exempt_until, plan.due_on], ["2029-03-01", "2029-03-01"]);
  assert.equal(after(young, { phase: "youth", condition: "damaged" }).due_on, "2027-11-27");
});

Deno.test("what the inspection leaves open is as the tree has it", () => {
  assert.equal(after({ phase: "aging" }, { phase: "" }).due_on, "2027-11-27");
  const own = { effective_expectation: undefined, expectation: "lower" };
  assert.equal(after(own, {}).due_on, "2029-11-27");
  assert.deepEqual([after({}, {}).phase, after({}, {}).expectation], ["mature", "higher"]);
});

Deno.test("a tree that is not the city's has no date", () => {
  assert.equal(after({ duty: "other_owner" }, {}).required, false);
});
