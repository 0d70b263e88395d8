/** What is being entered at one tree: values, findings, measures, photos; the parts of the forms change it. */

import { continueFinding, earlierFindings, quickCheck } from "baum/core/field/carry_over.js";
import { contextOf, problemsOf } from "baum/core/field/check_inspection.js";
import { planAfter, proposalFor, setsRegularDate } from "baum/core/field/plan.js";
import { blockOf } from "baum/core/field/presets.js";
import { newId } from "baum/io/ids.js";
import { beginning, immediateText, withMeasures } from "baum/components/field/inspect_begin.js";
import { flat, proposedResult } from "baum/components/field/inspect_result.js";

/** Values that come from the tree before, when somebody asks for it. */
export const ALIKE = ["condition", "phase", "expectation", "leaf_state"];

export class Inspecting {
  /**
   * @param {{ctx: object, row: object, mode: "quick"|"full"|"correct", old?: object}} options
   *   old: the inspection that is corrected
   */
  constructor({ ctx, row, mode, old = null }) {
    Object.assign(this, { ctx, row, mode, old, day: ctx.day, reference: flat(ctx.reference) });
    this.last = row.inspections?.[0] ?? null;
    this.quick = quickCheck(row, this.reference, this.day);
    this.earlier = old ? [] : earlierFindings(row);
    this.block = blockOf(row, this.day);
    this.opened = Date.now();
    this.listeners = new Set();
    this.pending = new Set();
    this.entryId = newId();
    /** Entries that an interrupted saving has kept, by id. */
    this.saved = new Map();
    Object.assign(this, beginning(this));
    this.values.result = old?.result ?? this.#result();
  }

  // --- changes ---

  on(listener) {
    this.listeners.add(listener);
  }

  /** Something was entered: propose the result anew, keep the draft, tell the parts. */
  changed() {
    if (!this.resultTouched) this.values.result = this.#result();
    this.draft?.keep(this.draftValues());
    for (const listener of this.listeners) listener();
  }

  set(name, value) {
    this.values[name] = value;
    delete this.marks[name];
    if (name === "result") this.resultTouched = true;
    this.changed();
  }

  /** The answer of one chip on an earlier finding. */
  answer(earlier, chip) {
    this.findings = this.findings.filter((each) => each.continues !== earlier.id);
    this.endings = this.endings.filter((each) => each.finding !== earlier.id);
    const made = continueFinding(earlier, chip, newId);
    if (made.finding) this.findings.push(withMeasures(made.finding));
    else this.endings.push(made.ending);
    this.chips[earlier.id] = chip;
    this.changed();
  }

  /** A symptom seen now; the same symptom again takes it away. */
  toggle(symptom) {
    const there = this.findings.find((each) => each.symptom === symptom.code && !each.continues);
    if (there) return this.drop(there);
    this.findings.push(withMeasures({
      id: newId(),
      zone: symptom.zone,
      symptom: symptom.code,
      severity: 0,
      note: "",
      observation: "seen",
      continues: null,
      photos: [],
    }));
    this.changed();
  }

  drop(finding) {
    this.findings = this.findings.filter((each) => each !== finding);
    this.photos = this.photos.filter((each) => each.finding !== finding.id);
    this.changed();
  }

  /** Judgement of the tree inspected before on this device. */
  takeOver(values) {
    for (const name of ALIKE) {
      if (!values[name]) continue;
      this.values[name] = values[name];
      this.marks[name] = "alike";
    }
    this.changed();
  }

  // --- what follows from it ---

  #result() {
    const open = (this.row.measures ?? []).filter((each) => !this.done[each.id]);
    return proposedResult({ body: this.body(), open, last: this.last, reference: this.reference });
  }

  proposedResult() {
    return this.#result();
  }

  proposal() {
    return proposalFor(this.row, this.values, this.day, this.reference.rule_set);
  }

  setsDate() {
    return setsRegularDate(this.values, this.reference.inspection_kinds);
  }

  /** The due day after this inspection. */
  dueOn() {
    const kinds = this.reference.inspection_kinds;
    return planAfter(this.row, this.body(), this.day, this.reference.rule_set, kinds).due_on ?? null;
  }

  /** Something has to be done at once, and it has to be said what was done. */
  isImmediate() {
    const codes = new Set(this.reference.urgencies.filter((each) => each.immediate).map((each) => each.code));
    return this.measures().some((each) => codes.has(each.urgency));
  }

  measures() {
    return [
      ...this.findings.flatMap((finding) =>
        finding.measures.map((each) => ({ ...each, finding: finding.id }))
      ),
      ...this.extra.map((each) => ({ ...each, finding: null })),
    ];
  }

  body() {
    const photosOf = (finding) =>
      this.photos.filter((each) => each.finding === finding.id).map(({ id }) => id);
    return {
      ...this.values,
      immediate_action: this.isImmediate() || this.old ? immediateText(this.immediate) : "",
      carried_over: this.mode === "quick",
      findings: this.findings.map((
        { id, zone, symptom, severity, note, observation, continues, photos },
      ) => ({
        id,
        zone,
        symptom,
        severity,
        note,
        observation,
        continues: continues ?? null,
        photos: [...(photos ?? []), ...photosOf({ id })],
      })),
      endings: this.endings,
      measures: this.measures(),
      corrects: this.old?.id ?? null,
      correction_reason: this.reasonText,
      // A correction speaks of the day on which the tree was looked at, not of the day of the correction.
      ...(this.old ? { inspected_at: this.old.inspected_at } : {}),
    };
  }

  /** Sentences by field; what nobody answered of the earlier findings, too. */
  problems(t) {
    const body = this.body();
    const context = contextOf(this.row, body, this.reference, this.day);
    const problems = Object.fromEntries(
      Object.entries(problemsOf(body, context)).map((
        [field, sentences],
      ) => [field, sentences.map((each) => t(each))]),
    );
    for (const finding of this.earlier) {
      if (!this.chips[finding.id]) {
        problems[`earlier.${finding.id}`] = [t("Hier fehlt noch, was daraus geworden ist.")];
      }
    }
    return problems;
  }

  draftValues() {
    const {
      mode,
      values,
      findings,
      endings,
      chips,
      extra,
      done,
      photos,
      immediate,
      resultTouched,
      reasonText,
    } = this;
    const basis = this.last?.id ?? null;
    return structuredClone({
      basis,
      mode,
      values,
      findings,
      endings,
      chips,
      extra,
      done,
      photos,
      immediate,
      resultTouched,
      reasonText,
      marks: this.marks,
    });
  }

  /** Values of a draft; false where the tree has been inspected since. */
  restore({ basis, mode: _mode, ...values }) {
    if (basis !== (this.last?.id ?? null)) return false;
    Object.assign(this, values);
    return true;
  }
}
