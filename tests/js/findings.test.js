// An entry of an inspection that is not whole is not sent.
import assert from "node:assert/strict";
import { problemsOf, suggestedKinds } from "baum/core/findings.js";

const KNOWN = { proposal: { months: 12 }, immediate: new Set(["1"]), now: "2026-11-23T12:00:00Z" };
const WHOLE = {
  kind: "regular",
  inspected_at: "2026-11-23T11:00:00Z",
  leaf_state: "bare",
  phase: "mature",
  condition: "sound",
  result: "safe",
  findings: [],
  measures: [],
  set_months: null,
  interval_reason: "",
};
const problems = (change) => problemsOf({ ...WHOLE, ...change }, KNOWN);

Deno.test("a whole entry has no problems", () => {
  assert.deepEqual(problems({}), {});
  assert.deepEqual(problems({ set_months: 12 }), {});
  assert.deepEqual(problems({ set_months: 6, interval_reason: "Pilzbefall" }), {});
});

for (const field of ["kind", "inspected_at", "leaf_state", "phase", "condition", "result"]) {
  Deno.test(`without ${field} it is not whole`, () => {
    assert.deepEqual(Object.keys(problems({ [field]: "" })), [field]);
  });
}

Deno.test("nobody inspects in the future", () => {
  assert.deepEqual(Object.keys(problems({ inspected_at: "2026-11-23T12:00:01Z" })), ["inspected_at"]);
});

Deno.test("findings need a severity, measures a kind and an urgency", () => {
  const found = problems({
    findings: [{ severity: 2 }, { severity: 0 }],
    measures: [{ kind: "deadwood", urgency: "3" }, { kind: "", urgency: "3" }, {
      kind: "deadwood",
      urgency: "",
    }],
  });
  assert.deepEqual(Object.keys(found), ["findings.1", "measures.1", "measures.2"]);
});

Deno.test("a safe tree has no immediate measure, an unsafe one has a measure", () => {
  const urgent = [{ kind: "cordon", urgency: "1" }];
  assert.deepEqual(Object.keys(problems({ measures: urgent })), ["result"]);
  assert.deepEqual(problems({ measures: urgent, result: "limited" }), {});
  assert.deepEqual(Object.keys(problems({ result: "unsafe" })), ["result"]);
});

Deno.test("an interval of one's own is 1 to 60 whole months and has a reason", () => {
  for (const months of [0, 61, 6.5, Number.NaN]) {
    assert.deepEqual(
      Object.keys(problems({ set_months: months, interval_reason: "x" })),
      ["set_months"],
      String(months),
    );
  }
  assert.deepEqual(Object.keys(problems({ set_months: 6 })), ["interval_reason"]);
});

Deno.test("an interval without a proposal to compare needs a reason, too", () => {
  assert.deepEqual(Object.keys(problemsOf({ ...WHOLE, set_months: 12 }, { ...KNOWN, proposal: null })), [
    "interval_reason",
  ]);
});

Deno.test("a correction says what was wrong", () => {
  assert.deepEqual(Object.keys(problems({ corrects: "id" })), ["correction_reason"]);
});

Deno.test("symptoms suggest their measures once, in the order of the catalogue", () => {
  const symptoms = [
    { code: "K02", proposes: ["broken_limbs", "cordon"] },
    { code: "K01", proposes: ["crown_care", "broken_limbs"] },
    { code: "K03" },
  ];
  assert.deepEqual(suggestedKinds(["K01", "K02", "K03"], symptoms), ["broken_limbs", "cordon", "crown_care"]);
});
