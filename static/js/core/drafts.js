// What was typed into a form and is not yet saved: kept per form and tree in a store that is handed in.

const PREFIX = "baum-entwurf";
const KEEP_DAYS = 14;
const DAY_MS = 86_400_000;

/** Drafts of one person on this device. */
export class Drafts {
  /**
   * @param {{getItem: Function, setItem: Function, removeItem: Function, key: Function, length: number}} store
   * @param {string} person whose drafts; another person on the same device does not see them
   * @param {() => number} now milliseconds
   */
  constructor(store, person, now) {
    this.store = store;
    this.person = person;
    this.now = now;
  }

  #key(form, tree) {
    return [PREFIX, this.person, form, tree].join(":");
  }

  /** Keep values; says whether the device could. */
  keep(form, tree, values) {
    try {
      this.store.setItem(this.#key(form, tree), JSON.stringify({ at: this.now(), values }));
      return true;
    } catch {
      return false;
    }
  }

  /** The kept values with the time at which they were typed, or null. */
  find(form, tree) {
    try {
      const text = this.store.getItem(this.#key(form, tree));
      const draft = text ? JSON.parse(text) : null;
      return draft && this.now() - draft.at < KEEP_DAYS * DAY_MS ? draft : null;
    } catch {
      return null;
    }
  }

  /** Forget: saved, or thrown away on purpose. */
  drop(form, tree) {
    try {
      this.store.removeItem(this.#key(form, tree));
    } catch {
      // A store that cannot forget has kept nothing either.
    }
  }
}
