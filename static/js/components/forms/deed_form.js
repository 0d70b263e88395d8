/** A form for one deed: drafts, checks, errors at the field, both values of a stale write. */

import { Drafts } from "baum/core/drafts.js";
import { moment } from "baum/core/formats.js";
import { Refused, Stale, Unreachable } from "baum/io/errors.js";
import { newId } from "baum/io/ids.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { alertBox, button, h, tell } from "baum/components/elements.js";
import { Field } from "baum/components/forms/fields.js";
import { conflictBox } from "baum/components/forms/conflict.js";

const DRAFT_MS = 400;

/** Drafts of the signed-in person on this device. */
export function draftsOf(person) {
  return new Drafts(globalThis.localStorage, person, () => Date.now());
}

export class DeedForm {
  /**
   * @param {{name: string, tree: string, drafts: Drafts, rows: (object|object[])[], submit: string,
   *   send: (values: object, version: ?number, id: string) => Promise<any>, done: (answer: any) => string,
   *   danger?: boolean, version?: ?number, lead?: Node|string, after?: Node}} options
   *   rows: field descriptions, several in an array stand beside each other, or parts: objects with
   *   element, values(), check(values), complain(problems) → names shown, draft(), fillDraft(draft)
   */
  constructor(options) {
    Object.assign(this, options);
    // Made once per draft: when the answer got lost, sending again must not record twice.
    this.entryId = newId();
    this.fields = new Map();
    this.parts = this.rows.filter((row) => typeof row.values === "function" && row.element);
    this.top = h("div.form-top", { "aria-live": "polite" });
    this.element = h(
      "form.baum-form.deed-form",
      {
        novalidate: true,
        onsubmit: (event) => this.#submit(event),
        oninput: () => this.#later(),
        onchange: () => this.#later(),
      },
      this.lead ? h("div.form-lead", {}, this.lead) : null,
      this.top,
      this.rows.map((row) => this.#row(row)),
      this.after,
      this.#deeds(),
    );
    this.#restore();
  }

  #row(row) {
    if (this.parts.includes(row)) return row.element;
    if (!Array.isArray(row)) return this.#field(row);
    return h("div.baum-form__row", {}, row.map((each) => this.#field(each)));
  }

  #field(description) {
    if (description instanceof Node) return description;
    const field = new Field(description);
    this.fields.set(field.name, field);
    return field.element;
  }

  #deeds() {
    this.submitter = button(this.submit, { kind: "primary" }, { type: "submit" });
    return h(
      "div.baum-form__actions.deed-form__actions",
      {},
      this.submitter,
      button(t("Abbrechen"), { kind: "secondary" }, { onclick: () => this.cancel() }),
    );
  }

  /** Leave without saving; the draft is thrown away on purpose. */
  cancel() {
    this.drafts.drop(this.name, this.tree);
    clearTimeout(this.timer);
    tell(this.element, "form-cancelled");
  }

  values() {
    const own = [...this.fields].map(([name, field]) => [name, field.read()]);
    return Object.assign(Object.fromEntries(own), ...this.parts.map((part) => part.values()));
  }

  /** What is kept on the device while the form is open. */
  draftValues() {
    const typed = (field) =>
      field.kind === "pick" || field.kind === "number" ? field.focusable.value : field.read();
    const own = [...this.fields.values()].filter((field) => field.kind !== "file").map((
      field,
    ) => [field.name, typed(field)]);
    return {
      id: this.entryId,
      fields: Object.fromEntries(own),
      parts: this.parts.map((part) => part.draft()),
    };
  }

  fillDraft({ id, fields, parts }) {
    this.entryId = id ?? this.entryId;
    for (const [name, value] of Object.entries(fields ?? {})) this.fields.get(name)?.fill(value);
    this.parts.forEach((part, i) => parts?.[i] && part.fillDraft(parts[i]));
  }

  #later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keepDraft(), DRAFT_MS);
  }

  keepDraft() {
    this.drafts.keep(this.name, this.tree, this.draftValues());
  }

  #restore() {
    const draft = this.drafts.find(this.name, this.tree);
    if (!draft) return;
    this.restored = draft;
    this.fillDraft(draft.values);
    this.#say(
      "info",
      t("Ihre Eingaben vom {moment} sind wieder da; gespeichert waren sie noch nicht.", {
        moment: moment(new Date(draft.at).toISOString(), LANGUAGE),
      }),
    );
  }

  #say(kind, sentence, ...more) {
    this.top.replaceChildren(alertBox(kind, sentence, ...more));
  }

  /** Sentences by field before sending; forms may add their own. */
  check() {
    const problems = {};
    for (const [name, field] of this.fields) {
      const sentences = field.check();
      if (sentences.length) problems[name] = sentences;
    }
    const values = this.values();
    return Object.assign(problems, ...this.parts.map((part) => part.check(values)));
  }

  /** Show sentences at their fields, the rest on top; the first one gets the focus. */
  showProblems(problems) {
    for (const [name, field] of this.fields) field.complain(problems[name] ?? []);
    const shown = new Set([...this.fields.keys(), ...this.parts.flatMap((part) => part.complain(problems))]);
    const rest = Object.entries(problems).filter(([name]) => !shown.has(name)).flatMap(([, sentences]) =>
      sentences
    );
    if (rest.length) this.#say("danger", rest.join(" "));
    else this.#say("danger", t("Bitte prüfen Sie die markierten Felder."));
    const first = [...this.fields.values()].find((field) => problems[field.name]);
    const worst = first?.element ?? this.element.querySelector(".has-problem") ?? this.top;
    (rest.length ? this.top : worst).scrollIntoView({ block: "center" });
    (first?.focusable ?? worst.querySelector?.("input, select, textarea, button"))?.focus({
      preventScroll: true,
    });
  }

  async #submit(event) {
    event.preventDefault();
    if (this.busy) return;
    this.top.replaceChildren();
    const problems = this.check();
    if (Object.keys(problems).length) return this.showProblems(problems);
    for (const field of this.fields.values()) field.complain([]);
    for (const part of this.parts) part.complain({});
    await this.#send(this.values());
  }

  async #send(values) {
    this.#setBusy(true);
    try {
      const answer = await this.send(values, this.version, this.entryId);
      clearTimeout(this.timer);
      this.drafts.drop(this.name, this.tree);
      tell(this.element, "form-done", { answer, sentence: this.done(answer) });
    } catch (error) {
      this.#explain(error, values);
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.busy = busy;
    this.submitter.setAttribute("aria-disabled", String(busy));
    this.submitter.querySelector(".kern-label").textContent = busy ? t("Wird gespeichert …") : this.submit;
  }

  #explain(error, values) {
    this.keepDraft();
    if (error instanceof Refused) return this.showProblems(error.problems);
    if (error instanceof Stale) return this.#conflict(error, values);
    if (!error.sentence) throw error;
    this.#say(error instanceof Unreachable ? "warning" : "danger", error.sentence);
    this.top.scrollIntoView({ block: "center" });
  }

  #conflict(error, values) {
    const version = error.current?.properties?.version ?? error.current?.version;
    this.top.replaceChildren(conflictBox(error.conflicts, (kept) => {
      this.version = version;
      for (const { field, theirs, keep } of kept) if (keep === "theirs") this.fields.get(field)?.fill(theirs);
      this.top.replaceChildren();
      return this.#send(this.resolved?.(kept) ?? { ...values, ...this.values() });
    }));
    this.top.scrollIntoView({ block: "start" });
  }
}
