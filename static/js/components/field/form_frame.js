/** The frame of every field form: head, body, and below a way back beside one large button; saving and undoing. */

import { t } from "baum/io/words.js";
import { record, undo } from "baum/io/field/record.js";
import { h, icon, iconButton } from "baum/components/elements.js";
import { screens } from "baum/components/field/screens.js";

/** Tell the app's shell something. */
export const announce = (name, detail) => document.dispatchEvent(new CustomEvent(name, { detail }));

export class FormFrame {
  /**
   * @param {{name: string, title: string, sub?: string, submit: string, danger?: boolean,
   *   onSubmit: () => Promise<void>|void, onBack?: () => void}} options
   */
  constructor({ name, title, sub = "", submit, danger = false, onSubmit, onBack = () => screens.close() }) {
    Object.assign(this, { name, onSubmit });
    this.top = h("div.ff-top", { role: "alert" });
    this.notes = h("div.ff-notes", { "aria-live": "polite" });
    this.body = h("div.ff-body", {}, this.notes);
    this.heading = h("h2.ff-title", { id: `ff-title-${name}`, tabindex: "-1" }, title);
    this.summary = h("div.ff-summary", { "aria-live": "polite" });
    this.words = h("span.kern-label", {}, submit);
    this.submit = submit;
    this.button = h(
      "button.kern-btn.kern-btn--primary.ff-submit",
      { type: "submit", class: danger ? "ff-submit--danger" : "" },
      this.words,
    );
    this.element = h(
      "form.ff-form",
      {
        novalidate: true,
        "data-form": name,
        onsubmit: (event) => {
          event.preventDefault();
          this.run();
        },
      },
      h("header.ff-head", {}, this.heading, sub ? h("p", {}, sub) : null),
      this.body,
      h(
        "footer.ff-foot",
        {},
        this.top,
        this.summary,
        h(
          "div.ff-foot__buttons",
          {},
          iconButton(t("Zurück"), "arrow-back", { class: "ff-back", onclick: onBack }),
          this.button,
        ),
      ),
    );
  }

  /** Parts of the form, in order. */
  add(...parts) {
    this.body.append(...parts.flat().filter(Boolean));
    return this;
  }

  /** Show the form as a page of the app; screen readers begin at its title. */
  enter() {
    screens.show(this.name, this.element, { foot: false });
    this.body.scrollTop = 0;
    this.heading.focus({ preventScroll: true });
    return this;
  }

  /** A note above the fields that is no error. */
  note(sentence, ...more) {
    this.notes.append(h("div.ff-note", {}, icon("info"), h("div", {}, h("p", {}, sentence), more)));
  }

  /** An error that belongs to no field. */
  fail(sentence) {
    this.top.replaceChildren(h("p.ff-fail", {}, icon("danger"), h("span", {}, sentence)));
  }

  /** Save once, however often the button is hit meanwhile. */
  async run() {
    if (this.busy) return;
    this.busy = true;
    this.button.setAttribute("aria-disabled", "true");
    this.top.replaceChildren();
    try {
      await this.onSubmit();
    } catch (error) {
      if (!error.sentence) throw error;
      this.fail(error.sentence);
    } finally {
      this.busy = false;
      this.button.removeAttribute("aria-disabled");
    }
  }

  /**
   * Say problems at their fields (elements with data-field), the rest above the button.
   *
   * @param {Record<string, string[]>} problems @param {{focus?: boolean}} [options]
   * @returns {boolean} whether there is none
   */
  show(problems, { focus = true } = {}) {
    for (const old of this.body.querySelectorAll(".ff-error")) old.remove();
    for (const old of this.body.querySelectorAll(".has-problem")) old.classList.remove("has-problem");
    const lost = [];
    for (const [field, sentences] of Object.entries(problems)) {
      const place = this.#placeOf(field);
      if (!place) lost.push(...sentences);
      else this.#complain(place, sentences);
    }
    const count = Object.keys(problems).length;
    if (!count) this.top.replaceChildren();
    else this.fail(lost.length ? lost.join(" ") : t("Noch nicht gespeichert: Angaben fehlen."));
    const first = this.body.querySelector(".has-problem");
    if (count && focus && first) {
      for (let fold = first.closest("details"); fold; fold = fold.parentElement.closest("details")) {
        fold.open = true;
      }
      first.scrollIntoView({ block: "center" });
      first.querySelector("input:checked, input, select, textarea, button")?.focus({ preventScroll: true });
    }
    return count === 0;
  }

  #placeOf(field) {
    const find = (name) => this.body.querySelector(`[data-field~="${CSS.escape(name)}"]`);
    return find(field) ?? find(field.split(".")[0]);
  }

  #complain(place, sentences) {
    place.classList.add("has-problem");
    place.append(
      h("p.ff-error", { role: "alert" }, icon("danger"), h("span", {}, sentences.join(" "))),
    );
  }
}

/**
 * Keep entries on the device, say so, offer to take them back.
 *
 * @param {object} ctx @param {object[]} orders as record() takes them
 * @param {{sentence: string, undone?: () => void, saved?: Map<string, object>}} words
 *   undone: what to open again after taking back; saved: entries by id that an attempt before has kept,
 *   so that saving again after a full store doubles nothing
 * @returns {Promise<object[]>} the stored entries
 */
export async function store(ctx, orders, { sentence, undone, saved = new Map() }) {
  for (const order of orders) {
    if (!saved.has(order.id)) saved.set(order.id, await record(order));
  }
  const entries = orders.map((order) => saved.get(order.id));
  for (const entry of entries) announce("field-recorded", { entry });
  ctx.notice("success", sentence, {
    label: t("Rückgängig"),
    run: () => takeBack(ctx, entries, undone),
  });
  return entries;
}

async function takeBack(ctx, entries, undone) {
  const gone = await Promise.all(entries.map((entry) => undo(entry.id)));
  if (gone.every(Boolean)) {
    ctx.notice("info", t("Zurückgenommen."));
    for (const entry of entries) announce("field-recorded", { entry, undone: true });
    undone?.();
  } else {
    ctx.notice("warning", t("Zu spät zum Zurücknehmen. Der Eintrag lässt sich berichtigen."));
  }
}
