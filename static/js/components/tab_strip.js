/** A strip of tabs with arrow keys, as the ARIA pattern says; used by the tree card. */

import { h } from "baum/components/elements.js";

export class TabStrip {
  /** @param {string} name prefix of ids @param {Array} tabs @param {(key: string) => void} onChoose */
  constructor(name, tabs, onChoose) {
    this.name = name;
    this.onChoose = onChoose;
    this.element = h("div.tabs", { role: "tablist", onkeydown: (event) => this.#key(event) });
    this.setTabs(tabs, "");
  }

  /** @param {[string, string, number?][]} tabs key, words, number beside them */
  setTabs(tabs, chosen) {
    const had = this.element.contains(document.activeElement);
    this.keys = tabs.map(([key]) => key);
    this.element.replaceChildren(...tabs.map(([key, words, count]) =>
      h(
        "button.tabs__tab",
        {
          type: "button",
          role: "tab",
          id: `${this.name}-tab-${key}`,
          "aria-selected": String(key === chosen),
          tabindex: key === chosen ? "0" : "-1",
          onclick: () => this.#choose(key),
        },
        words,
        count ? h("span.tabs__count", {}, String(count)) : null,
      )
    ));
    if (had) this.#tab(chosen)?.focus();
  }

  #tab(key) {
    return this.element.querySelector(`#${this.name}-tab-${key}`);
  }

  #choose(key) {
    for (const each of this.keys) {
      this.#tab(each).setAttribute("aria-selected", String(each === key));
      this.#tab(each).tabIndex = each === key ? 0 : -1;
    }
    this.#tab(key).focus();
    this.onChoose(key);
  }

  #key(event) {
    const at = this.keys.findIndex((key) => this.#tab(key) === event.target);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.keys.length - 1 }[event.key];
    if (to === undefined || at < 0) return;
    event.preventDefault();
    this.#choose(this.keys[(to + this.keys.length) % this.keys.length]);
  }
}
