/** The field app's full pages over the map: one at a time, each with its title and a way back in the thumb zone. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { t } from "baum/io/words.js";

class Screens extends EventTarget {
  constructor() {
    super();
    this.name = "";
    this.trail = [];
    this.title = h("h1.field-screen__title", { id: "field-screen-title", tabindex: "-1" });
    this.body = h("div.field-screen__body");
    this.host = h(
      "section.field-screen",
      { hidden: true, role: "dialog", "aria-modal": "true", "aria-labelledby": "field-screen-title" },
      h("header.field-screen__head", {}, this.title),
      this.body,
      h(
        "div.field-screen__foot",
        {},
        h(
          "button.field-btn.field-btn--wide",
          { type: "button", onclick: () => this.back() },
          fieldIcon("back"),
          h("span", {}, t("Zurück")),
        ),
      ),
    );
    this.host.addEventListener("keydown", (event) => this.#keep(event));
  }

  get open() {
    return !this.host.hidden;
  }

  /**
   * Show an element as a page.
   *
   * @param {string} name
   * @param {HTMLElement} element its `title` option or data-title heads the page
   * @param {{title?: string, foot?: boolean, root?: boolean}} [options] root: forget the pages before
   */
  show(name, element, { title = "", foot = true, root = false } = {}) {
    const page = { name, element, foot, title: title || element.dataset.title || "" };
    if (!this.open) this.before = document.activeElement;
    if (root) this.trail = [];
    else if (this.open && this.name !== name) this.trail.push(this.page);
    this.#put(page);
  }

  #put(page) {
    this.page = page;
    this.name = page.name;
    this.host.dataset.name = page.name;
    this.host.hidden = false;
    this.host.querySelector(".field-screen__foot").hidden = !page.foot;
    this.host.classList.toggle("is-bare", !page.foot && !page.title);
    this.title.textContent = page.title;
    this.title.parentElement.hidden = !page.title;
    if (page.title) this.host.setAttribute("aria-labelledby", "field-screen-title");
    else this.host.setAttribute("aria-labelledby", page.element.querySelector("h1, h2")?.id ?? "");
    this.body.replaceChildren(page.element);
    this.body.scrollTop = 0;
    document.documentElement.dataset.screen = page.name;
    this.title.focus({ preventScroll: true });
    this.dispatchEvent(new Event("changed"));
  }

  /** The page before, or the map. */
  back() {
    const before = this.trail.pop();
    if (before) this.#put(before);
    else this.close();
  }

  /** Back to the map. */
  close() {
    if (!this.open) return;
    this.trail = [];
    this.host.hidden = true;
    this.name = "";
    delete document.documentElement.dataset.screen;
    this.body.replaceChildren();
    this.dispatchEvent(new Event("changed"));
    if (this.before?.isConnected) this.before.focus({ preventScroll: true });
  }

  /** Tab goes round inside the page. */
  #keep(event) {
    if (event.key !== "Tab") return;
    const stops = [...this.host.querySelectorAll("a[href], button, input, select, textarea, [tabindex='0']")]
      .filter((each) => !each.disabled && each.offsetParent !== null);
    if (!stops.length) return;
    const [first, last] = [stops[0], stops.at(-1)];
    if (event.shiftKey && [first, this.title].includes(document.activeElement)) {
      event.preventDefault();
      last.focus();
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault();
      first.focus();
    }
  }
}

/** The one host of pages; pages/field.js puts it into the frame. */
export const screens = new Screens();
