// What tries to break the tablet's own rules: nothing goes too early, nothing stays for ever, no green that is not.
import assert from "node:assert/strict";
import { applyEntries } from "baum/core/field/apply_entries.js";
import { DEFAULT_RULE_SET } from "baum/core/field/intervals.js";
import { mayGo } from "baum/core/field/keeping.js";
import { proposalFor } from "baum/core/field/plan.js";
import { takeTurns } from "baum/core/field/send_order.js";

const DAY = 86_400_000;
const THEN = "2026-11-01T10:00:00Z";
const after = (days) => Date.parse(THEN) + days * DAY;
const entry = (values) => ({ status: "accepted", received_at: THEN, settled_at: null, ...values });
const photo = (status, received_at = THEN) => ({ status, received_at });

Deno.test("an accepted entry with received photos goes after 7 days", () => {
  assert.equal(mayGo(entry(), [photo("received")], after(6.99)), false);
  assert.equal(mayGo(entry(), [photo("received")], after(7)), true);
  assert.equal(mayGo(entry(), [], after(7)), true);
});

Deno.test("a rejected entry goes 7 days after the office has said so, also from under photos without a place", () => {
  const rejected = entry({ status: "rejected", settled_at: "2026-11-05T10:00:00Z" });
  assert.equal(mayGo(rejected, [photo("received")], after(10.9)), false);
  assert.equal(mayGo(rejected, [photo("received"), photo("unsettled")], after(11)), true);
});

Deno.test("a refused photo stays 30 days with its entry: nobody else has it", () => {
  for (const status of ["accepted", "rejected"]) {
    const own = [photo("received"), photo("refused")];
    assert.equal(mayGo(entry({ status }), own, after(29.9)), false);
    assert.equal(mayGo(entry({ status }), own, after(30)), true);
  }
});

Deno.test("nothing goes while something of it is open, however old", () => {
  for (const status of ["unsent", "sending", "deposited", "unsettled", "foreign"]) {
    assert.equal(mayGo(entry({ status }), [], after(1000)), false, status);
  }
  for (const status of ["unsent", "sending"]) {
    for (const fate of ["accepted", "rejected"]) {
      assert.equal(mayGo(entry({ status: fate }), [photo(status, null)], after(1000)), false, status);
    }
  }
  assert.equal(mayGo(entry(), [photo("unsettled")], after(1000)), false);
  assert.equal(mayGo(entry({ received_at: null }), [], after(1000)), false);
  assert.equal(mayGo(entry({ status: "rejected" }), [photo("refused", null)], after(1000)), false);
});

const RULES = {
  rule_set: DEFAULT_RULE_SET,
  inspection_kinds: [{ code: "regular", counts_as_regular: true }],
};
const seen = (id, on, values) => ({
  id,
  kind: "regular",
  inspected_at: `${on}T08:00:00Z`,
  inspected_on: on,
  condition: "sound",
  phase: "mature",
  sets_regular_date: true,
  proposed_months: 24,
  set_months: 24,
  ...values,
});
const ROW = {
  id: "t",
  status: "standing",
  duty: "city",
  phase: "mature",
  expectation: "higher",
  effective_expectation: "higher",
  inspections: [seen("new", "2026-06-01"), seen("old", "2024-03-01")],
  plan: {
    required: true,
    never: false,
    due_on: "2028-06-01",
    tolerance_until: "2028-09-01",
    interval_months: 24,
    cap_months: 24,
    basis: "inspection",
    basis_on: "2026-06-01",
    phase: "mature",
    condition: "sound",
    expectation: "higher",
  },
};
const BODY = { inspection_kind: "regular", condition: "sound", phase: "mature", expectation: "" };
const laid = (kind, body, row = ROW, made_at = "2026-11-27T08:00:00Z") =>
  applyEntries(row, [{ status: "unsent", id: "e", kind, tree: "t", made_at, body }], RULES).plan;

Deno.test("a correction that takes a date away takes the green with it", () => {
  const body = { ...BODY, inspection_kind: "storm", corrects: "new", inspected_at: "2026-06-01T08:00:00Z" };
  const plan = laid("inspection", body);
  assert.deepEqual([plan.basis_on, plan.due_on], ["2024-03-01", "2026-03-01"]);
  const only = { ...ROW, planted_on: "2020-01-01", inspections: [ROW.inspections[0]] };
  assert.deepEqual([laid("inspection", body, only).basis, laid("inspection", body, only).never], [
    "planted",
    true,
  ]);
});

Deno.test("what an inspection without a date of its own, or an attribute, shortens counts at once", () => {
  assert.equal(
    laid("inspection", { ...BODY, inspection_kind: "storm", phase: "aging" }).due_on,
    "2027-06-01",
  );
  assert.equal(laid("tree_change", { base: {}, changes: { phase: "aging" } }).due_on, "2027-06-01");
  assert.equal(
    laid("tree_change", { base: {}, changes: { phase: "youth" } }).due_on,
    "2027-06-01",
    "nobody cares for it",
  );
  assert.equal(laid("inspection", { ...BODY, inspection_kind: "storm" }), ROW.plan, "nothing bears on it");
});

Deno.test("a late record does not say what phase the tree is in", () => {
  const storm = seen("storm", "2026-11-01", { kind: "storm", sets_regular_date: false, phase: "aging" });
  const row = { ...ROW, phase: "aging", inspections: [storm, ...ROW.inspections] };
  const plan = laid("inspection", BODY, row, "2026-10-01T08:00:00Z");
  assert.deepEqual([plan.phase, plan.due_on], ["aging", "2027-10-01"]);
});

Deno.test("a first date that is not on board is due at once, not green", () => {
  const care = { care_on: "2026-02-01", exempt_until: "2029-02-01", due_on: "2029-02-01" };
  const plan = { ...ROW.plan, ...care, basis: "initial", basis_on: null, never: true, phase: "youth" };
  const young = { ...ROW, phase: "youth", inspections: [], plan };
  const now = laid("inspection", { ...BODY, inspection_kind: "storm" }, young);
  assert.deepEqual([now.never, now.due_on], [true, "2026-02-01"]);
  const body = { ...BODY, inspection_kind: "storm", corrects: "new", inspected_at: "2026-06-01T08:00:00Z" };
  const bare = laid("inspection", body, { ...ROW, inspections: [ROW.inspections[0]] });
  assert.deepEqual([bare.never, bare.due_on], [true, "2026-06-01"]);
});

Deno.test("care after the day of a correction does not bear on what the rule proposed then", () => {
  const row = { ...ROW, phase: "youth", plan: { ...ROW.plan, care_on: "2026-10-01" } };
  const body = { ...BODY, phase: "youth" };
  assert.equal(proposalFor(row, body, "2026-06-01", DEFAULT_RULE_SET).months, 12);
  assert.equal(proposalFor(row, body, "2026-10-01", DEFAULT_RULE_SET).months, null);
});

Deno.test("of a tree in care that is young no more the date by rule is due", () => {
  const care = { care_on: "2026-02-01", exempt_until: "2029-02-01", due_on: "2029-02-01" };
  const plan = { ...ROW.plan, ...care, interval_months: 12, cap_months: 12, phase: "youth" };
  const young = { ...ROW, phase: "youth", plan };
  const now = laid("inspection", { ...BODY, inspection_kind: "storm" }, young);
  assert.deepEqual([now.exempt_until, now.due_on], [null, "2027-06-01"]);
});

Deno.test("asked for a few at a time, every photo has its turn", () => {
  const rows = ["d", "a", "e", "b", "c"].map((id) => ({ id }));
  const asked = new Set();
  let after = "";
  for (let round = 0; round < 3; round += 1) {
    const turn = takeTurns(rows, after, 2);
    assert.equal(turn.length, 2);
    for (const { id } of turn) asked.add(id);
    after = turn.at(-1).id;
  }
  assert.equal(asked.size, 5);
  assert.deepEqual(takeTurns([], "x", 2), []);
});
