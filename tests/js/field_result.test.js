// The result that a form proposes from what was entered: never milder than what was ordered or seen.
import assert from "node:assert/strict";
import { flat, proposedResult } from "baum/components/field/inspect_result.js";

const read = (name) =>
  JSON.parse(Deno.readTextFileSync(new URL(`../../fixtures/catalogues/${name}.json`, import.meta.url)));
const REFERENCE = flat({
  catalogues: { urgencies: read("urgencies"), control_limits: read("control_limits") },
});
const finding = (severity, continues = null) => ({ severity, continues });
const measure = (urgency) => ({ kind: "deadwood", urgency });

/** Name, what was entered, measures that stay open, result of the inspection before, proposal. */
const CASES = [
  ["nothing seen", {}, [], "safe", "safe"],
  ["a small finding", { findings: [finding(1)] }, [], "safe", "safe"],
  ["a severe finding", { findings: [finding(3)] }, [], "safe", "limited"],
  ["a measure within six weeks", { findings: [finding(2)], measures: [measure("2")] }, [], "safe", "limited"],
  ["a measure within six months", { findings: [finding(2)], measures: [measure("3")] }, [], "safe", "safe"],
  [
    "a measure until the next inspection",
    { findings: [finding(1)], measures: [measure("5")] },
    [],
    "safe",
    "safe",
  ],
  ["something at once", { findings: [finding(3)], measures: [measure("1")] }, [], "safe", "unsafe"],
  ["an emergency from before stays open", {}, [measure("1")], "unsafe", "unsafe"],
  ["the finding of an unsafe tree remains", { findings: [finding(2, "f")] }, [], "unsafe", "unsafe"],
  ["the finding of a limited tree remains", { findings: [finding(1, "f")] }, [], "limited", "limited"],
  ["the finding of a limited tree is gone", {}, [], "limited", "safe"],
  ["a limit that has to be made good", { limits: ["snow"] }, [], "safe", "limited"],
  ["a limit that alternating seasons make good", { limits: ["crown_leafy"] }, [], "safe", "safe"],
  ["doubt without finding or limit cannot be kept", {}, [measure("2")], "safe", "safe"],
];

for (const [name, entered, open, before, expected] of CASES) {
  Deno.test(`result: ${name}`, () => {
    const body = { findings: [], measures: [], limits: [], ...entered };
    assert.equal(proposedResult({ body, open, last: { result: before }, reference: REFERENCE }), expected);
  });
}
