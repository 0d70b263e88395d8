// What the form of an inspection on the tablet starts with, carries over and asks for.
import assert from "node:assert/strict";
import { carriedBody, continueFinding, earlierFindings, quickCheck } from "baum/core/field/carry_over.js";
import { contextOf, problemsOf, ruleCodes } from "baum/core/field/check_inspection.js";
import { DEFAULT_RULE_SET } from "baum/core/field/intervals.js";
import { inspectionKind, leafState, phaseProposal, vitalityBlock } from "baum/core/field/presets.js";

const read = (path) => JSON.parse(Deno.readTextFileSync(new URL(path, import.meta.url)));
const table = (name) => read(`../cases/${name}.json`);
const catalogue = (name) => read(`../../fixtures/catalogues/${name}.json`);
const DAY = "2026-11-27";

const REFERENCE = {
  inspection_kinds: catalogue("inspection_kinds"),
  symptoms: catalogue("symptoms"),
  urgencies: catalogue("urgencies"),
  control_limits: catalogue("control_limits"),
  measure_kinds: catalogue("measure_kinds"),
  follow_up_kinds: ["detailed_exam", "follow_up", "clear_base", "ivy_removal"],
  rule_set: DEFAULT_RULE_SET,
  species: [
    { id: "lime", botanical: "Tilia cordata", leaf_type: "deciduous" },
    { id: "pine", botanical: "Pinus nigra", leaf_type: "conifer" },
    { id: "larch", botanical: "Larix decidua", leaf_type: "conifer" },
    { id: "odd", botanical: "Arbor ignota", leaf_type: "" },
  ],
};
const FINDING = { id: "f1", zone: "K", symptom: "K01", severity: 2, note: "Ostseite", observation: "seen" };
const LAST = {
  id: "i1",
  kind: "regular",
  inspected_on: "2024-05-10",
  leaf_state: "leafy",
  vitality: "1",
  condition: "sound",
  phase: "mature",
  result: "safe",
  expectation: "higher",
  sets_regular_date: true,
  proposed_months: 24,
  set_months: 24,
  findings: [FINDING],
};
const ROW = {
  id: "t1",
  status: "standing",
  duty: "city",
  species: "lime",
  phase: "mature",
  effective_expectation: "higher",
  plan: { required: true, basis: "inspection", basis_on: "2024-05-10", condition: "sound" },
  inspections: [LAST],
};
const ids = () => {
  let n = 0;
  return () => `new${++n}`;
};
const withLast = (changes, more = {}) => ({ ...ROW, ...more, inspections: [{ ...LAST, ...changes }] });

const cases = table("entry_problems");
Deno.test("the tables have rows", () => {
  assert.ok(cases.rows.length >= 50);
  assert.ok(table("vitality_block").rows.length >= 10);
  assert.ok(table("phase_proposal").rows.length >= 10);
});

for (const row of cases.rows) {
  Deno.test(`entry: ${row.name}`, () => {
    const { defaults } = cases;
    const { ahead_s: ahead, ...body } = { ...defaults.entry, ...row.entry };
    body.findings = body.findings.map((finding) => ({ ...defaults.finding, ...finding }));
    body.measures = body.measures.map((measure) => ({ ...defaults.measure, ...measure }));
    const known = { ...defaults.context, ...row.context };
    const now = Date.UTC(2026, 4, 10, 12);
    const ctx = {
      now: new Date(now).toISOString(),
      madeAt: new Date(now + ahead * 1000).toISOString(),
      proposedMonths: known.proposed_months,
      immediateUrgencies: new Set(known.immediate_urgencies),
      followUpLimits: new Set(known.follow_up_limits),
      followUpKinds: new Set(known.follow_up_measures),
      vitalityBlock: known.vitality_block,
    };
    assert.deepEqual(ruleCodes(body, ctx), row.problems);
    for (const sentences of Object.values(problemsOf(body, ctx))) {
      for (const sentence of sentences) assert.match(sentence ?? "", /^\p{Lu}.*[.?]$/u);
    }
  });
}

for (const row of table("vitality_block").rows) {
  Deno.test(`vitality: ${row.name}`, () => {
    assert.equal(vitalityBlock({ cutOn: row.cut_on, toppedOn: row.topped_on, day: row.day }), row.block);
  });
}

for (const row of table("phase_proposal").rows) {
  Deno.test(`phase: ${row.name}`, () => {
    assert.equal(phaseProposal(row.planted_year, row.day, row.limit), row.phase);
  });
}

Deno.test("the leaf state follows season and species; larches shed", () => {
  const state = (species, more = {}) => leafState({ species, ...more }, REFERENCE, DAY);
  assert.equal(state("lime"), "bare");
  assert.equal(state("pine"), "evergreen");
  assert.equal(state("larch"), "bare");
  assert.equal(state(undefined), "bare");
  assert.equal(state("odd", { inspections: [{ leaf_state: "evergreen" }] }), "evergreen");
});

Deno.test("a tree never inspected is surveyed first", () => {
  assert.equal(inspectionKind({ plan: { never: true, basis: "initial" } }), "initial");
  assert.equal(inspectionKind({ plan: { basis: "inherited" } }), "regular");
  assert.equal(inspectionKind(ROW), "regular");
});

const refused = [
  ["planned", { ...ROW, status: "planned" }, /nicht gepflanzt/],
  ["gone", { ...ROW, status: "felled" }, /steht nicht mehr/],
  ["never inspected", { ...ROW, inspections: [] }, /noch keine Kontrolle/],
  ["class 1 open", { ...ROW, measures: [{ kind: "deadwood", urgency: "1" }] }, /dringende/],
  ["class 2 open", { ...ROW, measures: [{ kind: "deadwood", urgency: "2" }] }, /dringende/],
  ["unknown urgency open", { ...ROW, measures: [{ kind: "deadwood", urgency: "9" }] }, /dringende/],
  ["follow-up open", { ...ROW, measures: [{ kind: "follow_up", urgency: "4" }] }, /Nachkontrolle/],
  ["examination open", { ...ROW, measures: [{ kind: "detailed_exam", urgency: "5" }] }, /Nachkontrolle/],
  ["limited", withLast({ limits: ["crown_leafy"] }), /eingeschränkt/],
  ["damaged", withLast({ condition: "damaged" }), /stärker geschädigt/],
  ["condition unknown", withLast({ condition: "" }), /Zustand/],
  ["phase unknown", withLast({ phase: "" }, { phase: "" }), /Entwicklungsphase/],
  ["unsafe", withLast({ result: "unsafe" }), /Verkehrssicherheit/],
  ["limited without a finding", withLast({ result: "limited", findings: [] }), /Verkehrssicherheit/],
];
for (const [name, row, reason] of refused) {
  Deno.test(`not the quick way: ${name}`, () => {
    const found = quickCheck(row, REFERENCE, DAY);
    assert.equal(found.allowed, false);
    assert.equal(found.reasons.length, 1, found.reasons.join(" "));
    assert.match(found.reasons[0], reason);
  });
}

Deno.test("the quick way is open for a sound tree, also with measures that can wait", () => {
  assert.deepEqual(quickCheck(ROW, REFERENCE, DAY), { allowed: true, reasons: [] });
  const measures = ["3", "4", "5"].map((urgency) => ({ kind: "deadwood", urgency }));
  assert.ok(quickCheck({ ...ROW, measures }, REFERENCE, DAY).allowed);
  assert.ok(quickCheck(withLast({ result: "limited" }), REFERENCE, DAY).allowed);
  assert.ok(
    quickCheck(withLast({}, { phase: "" }), REFERENCE, DAY).allowed,
    "the last inspection saw the phase",
  );
  assert.ok(quickCheck(withLast({ phase: "" }), REFERENCE, DAY).allowed, "the tree has its phase");
});

Deno.test("everything is carried over, and the body is whole", () => {
  const body = carriedBody(ROW, REFERENCE, DAY, ids());
  assert.deepEqual(body.findings, [{
    id: "new1",
    zone: "K",
    symptom: "K01",
    severity: 2,
    note: "Ostseite",
    observation: "carried_over",
    continues: "f1",
    photos: [],
  }]);
  assert.equal(body.carried_over, true);
  assert.deepEqual(
    [body.leaf_state, body.vitality, body.condition, body.phase, body.result, body.expectation],
    ["bare", "1", "sound", "mature", "safe", "higher"],
  );
  assert.deepEqual([body.set_months, body.limits, body.measures], [null, [], []]);
  assert.deepEqual(problemsOf(body, contextOf(ROW, body, REFERENCE, DAY)), {});
});

Deno.test("whatever the quick way allows is whole", () => {
  for (const row of [ROW, withLast({ result: "limited" }), { ...ROW, cut_on: "2026-01-10" }]) {
    assert.ok(quickCheck(row, REFERENCE, DAY).allowed);
    const body = carriedBody(row, REFERENCE, DAY, ids());
    assert.deepEqual(problemsOf(body, contextOf(row, body, REFERENCE, DAY)), {});
  }
});

Deno.test("vitality is carried over only where it can be rated", () => {
  const vitality = (row) => carriedBody(row, REFERENCE, DAY, ids()).vitality;
  assert.equal(vitality({ ...ROW, cut_on: "2025-01-01" }), "S");
  assert.equal(vitality({ ...ROW, cut_on: "2025-01-01", topped_on: "2020-01-01" }), "K");
  assert.equal(vitality(withLast({ vitality: "S" })), "S", "a cut that only the arborist knew");
  assert.equal(vitality(withLast({ vitality: "S" }, { cut_on: "2021-11-01" })), "", "its time is over");
  assert.equal(
    vitality(withLast({ vitality: "K" }, { topped_on: "2016-11-01" })),
    "",
    "and so is this one's",
  );
  assert.equal(vitality(withLast({ vitality: "K" }, { cut_on: "2016-11-01" })), "K", "a cut is no topping");
  assert.equal(vitality(withLast({ vitality: undefined })), "");
});

Deno.test("a reasoned interval holds on, an unreasoned one does not", () => {
  const interval = (changes, row = {}) => {
    const body = carriedBody(withLast(changes, row), REFERENCE, DAY, ids());
    return [body.set_months, body.interval_reason];
  };
  assert.deepEqual(interval({ set_months: 12, interval_reason: "Massaria" }), [12, "Massaria"]);
  assert.deepEqual(interval({ set_months: 12 }), [null, ""]);
  assert.deepEqual(interval({ set_months: 24, interval_reason: "alt" }), [null, ""]);
  assert.deepEqual(interval({ set_months: 12, proposed_months: undefined, interval_reason: "neu" }), [
    12,
    "neu",
  ]);
  const aging = { phase: "aging" };
  assert.deepEqual(interval({ set_months: 12, interval_reason: "Massaria" }, aging), [null, ""]);
});

Deno.test("an additional inspection does not hide what the regular one found", () => {
  const storm = {
    id: "i2",
    kind: "additional",
    findings: [{ ...FINDING, id: "f3", continues: "f2" }],
    endings: [{ finding: "f1", how: "repaired" }],
  };
  const regular = {
    ...LAST,
    findings: [FINDING, { ...FINDING, id: "f2" }, { ...FINDING, id: "f4" }],
  };
  const older = { ...LAST, findings: [{ ...FINDING, id: "f0" }] };
  const row = { inspections: [storm, regular, older] };
  assert.deepEqual(earlierFindings(row).map((finding) => finding.id), ["f3", "f4"]);
  assert.deepEqual(earlierFindings({}), []);
});

Deno.test("one chip settles an earlier finding", () => {
  const chip = (name, finding = FINDING) => continueFinding(finding, name, ids());
  assert.deepEqual(chip("gone"), { ending: { finding: "f1", how: "gone" } });
  assert.deepEqual(chip("repaired"), { ending: { finding: "f1", how: "repaired" } });
  const { finding } = chip("unchanged");
  assert.deepEqual([finding.observation, finding.continues, finding.severity], ["seen", "f1", 2]);
  assert.equal(chip("worse", { ...FINDING, severity: 1 }).finding.severity, 2);
  assert.equal(chip("worse", { ...FINDING, severity: 3 }).finding.severity, 3);
  assert.throws(() => chip("vielleicht"), TypeError);
});

const WHOLE = carriedBody(ROW, REFERENCE, DAY, ids());
const SEEN = {
  ...WHOLE,
  carried_over: false,
  result: "limited",
  findings: [{ id: "f9", zone: "K", symptom: "K01", severity: 2, observation: "seen", photos: [] }],
};
const problems = (changes) => {
  const body = { ...SEEN, ...changes };
  return problemsOf(body, contextOf(ROW, body, REFERENCE, DAY));
};
const AT_ONCE = [{ id: "m1", kind: "cordon", urgency: "1", finding: "f9" }];

Deno.test("what is ordered at once says what was done at once", () => {
  assert.deepEqual(Object.keys(problems({ measures: AT_ONCE })), ["immediate_action"]);
  assert.deepEqual(problems({ measures: AT_ONCE, immediate_action: "abgesperrt" }), {});
});

Deno.test("the server's look-ups are asked on the tablet too", () => {
  const only = (changes) => Object.keys(problems(changes)).join();
  const [finding] = SEEN.findings;
  assert.equal(only({}), "");
  assert.equal(only({ inspection_kind: "" }), "inspection_kind");
  assert.equal(only({ findings: [{ ...finding, symptom: "" }] }), "findings.0");
  assert.equal(only({ findings: [{ ...finding, zone: "S" }] }), "findings.0");
  assert.equal(only({ measures: [{ kind: "", urgency: "3" }] }), "measures.0");
  assert.equal(only({ measures: [{ kind: "deadwood", urgency: "" }] }), "measures.0");
  assert.equal(only({ measures: [{ kind: "deadwood", urgency: "3", finding: "f8" }] }), "measures.0");
  assert.equal(only({ carried_over: true, measures: [{ kind: "deadwood", urgency: "3" }] }), "carried_over");
});

Deno.test("the interval is held against today's proposal, in care too", () => {
  assert.deepEqual(Object.keys(problems({ set_months: 12 })), ["interval_reason"]);
  const young = { ...ROW, phase: "youth", plan: { ...ROW.plan, care_on: "2026-03-01" } };
  const body = { ...SEEN, phase: "youth" };
  assert.equal(contextOf(young, body, REFERENCE, DAY).proposedMonths, null);
  const careOn = (care_on) => contextOf({ ...young, plan: { care_on } }, body, REFERENCE, DAY).proposedMonths;
  assert.deepEqual([careOn("2023-11-27"), careOn("2023-11-26")], [null, 12], "care covers its last day");
  const ruleless = { ...REFERENCE, rule_set: null };
  assert.equal(
    contextOf(ROW, SEEN, ruleless, DAY).proposedMonths,
    24,
    "no rule set on board: the shipped one",
  );
});
