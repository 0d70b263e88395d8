/** Part of the inspection form: the rule's proposal with its reason, taken over or changed with a reason. */

import { day, typedNumber } from "baum/core/formats.js";
import { write } from "baum/io/api.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { h, icon } from "baum/components/elements.js";
import { radioChips } from "baum/components/forms/finding_cards.js";

export class IntervalPart {
  /** @param {string} tree */
  constructor(tree) {
    this.tree = tree;
    this.proposal = null;
    this.own = false;
    this.said = h("p.interval__proposal", { role: "status" });
    this.months = h("input.panel-field__input", {
      id: "set-months",
      type: "text",
      inputmode: "numeric",
      size: "4",
    });
    this.reason = h("input.panel-field__input", { id: "interval-reason", type: "text", maxlength: "300" });
    this.fields = h(
      "div.interval__own",
      { hidden: true },
      h("div.panel-field", {}, h("label", { for: "set-months" }, t("Intervall in Monaten")), this.months),
      h("div.panel-field", {}, h("label", { for: "interval-reason" }, t("Begründung")), this.reason),
    );
    this.error = h("p.kern-error", { hidden: true });
    this.choice = h("div");
    this.element = h(
      "section.form-section",
      {},
      h("h4", {}, t("Nächste Regelkontrolle")),
      this.said,
      this.choice,
      this.fields,
      this.error,
    );
    this.#showChoice();
    this.#say();
  }

  #showChoice() {
    this.choice.replaceChildren(
      radioChips(
        t("Intervall"),
        "interval-choice",
        [["rule", t("Vorschlag übernehmen")], ["own", t("anderes Intervall")]],
        this.own ? "own" : "rule",
        (value) => {
          this.own = value === "own";
          this.fields.hidden = !this.own;
          if (this.own) this.months.focus();
        },
      ),
    );
    this.fields.hidden = !this.own;
  }

  /** Ask the rule for the words that stand in the form now. */
  async ask({ phase, condition, expectation }) {
    const asked = JSON.stringify([phase, condition, expectation]);
    if (asked === this.asked) return;
    this.asked = asked;
    try {
      const answer = await write("POST", "/api/v1/inspections/proposal/", {
        tree: this.tree,
        phase,
        condition,
        ...(expectation ? { expectation } : {}),
      });
      if (asked === this.asked) this.proposal = answer;
    } catch {
      this.asked = "";
      this.proposal = null;
    }
    this.#say();
  }

  #say() {
    const found = this.proposal;
    if (!found) {
      this.said.textContent = t(
        "Der Vorschlag erscheint, sobald die Verbindung steht; ohne ihn rechnet der Server beim Speichern.",
      );
    } else if (!found.months) {
      this.said.textContent = t("Vorschlag: keine eigene Kontrolle nötig – {reason}", {
        reason: found.reason,
      });
    } else {
      this.said.replaceChildren(
        h(
          "strong",
          {},
          t("Vorschlag: {n} Monate, bis {day}", { n: found.months, day: day(found.due_on, LANGUAGE) }),
        ),
        h("span", {}, found.reason),
      );
    }
  }

  values() {
    if (!this.own) return { set_months: null, interval_reason: "" };
    const months = typedNumber(this.months.value);
    return { set_months: months ?? Number.NaN, interval_reason: this.reason.value.trim() };
  }

  check() {
    return {};
  }

  complain(problems) {
    const names = ["set_months", "interval_reason"];
    const sentences = names.flatMap((name) => problems[name] ?? []);
    this.error.hidden = !sentences.length;
    this.error.replaceChildren(
      ...(sentences.length ? [icon("danger"), h("span.kern-body", {}, sentences.join(" "))] : []),
    );
    this.element.classList.toggle("has-problem", sentences.length > 0);
    return names;
  }

  draft() {
    return { own: this.own, months: this.months.value, reason: this.reason.value };
  }

  fillDraft({ own, months, reason }) {
    this.own = own;
    this.months.value = months;
    this.reason.value = reason;
    this.#showChoice();
  }
}
