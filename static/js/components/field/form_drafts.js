/** Drafts of the field forms: kept at each change, one write after the other, the newest values win. */

import { dropDraft, findDraft, keepDraft } from "baum/io/field/drafts.js";

const KEEP_DAYS = 14;
const DAY_MS = 86_400_000;

export class Draft {
  /** @param {string} person id @param {string} form @param {string} subject tree, measure or "new" */
  constructor(person, form, subject) {
    this.key = [person, form, subject].join(":");
    this.running = Promise.resolve();
    this.waiting = null;
  }

  /** Keep values (plain objects and Blobs); returns at once. */
  keep(values) {
    const scheduled = this.waiting !== null;
    this.waiting = values;
    if (!scheduled) this.running = this.running.then(() => this.#write());
  }

  async #write() {
    const values = this.waiting;
    this.waiting = null;
    // A full store keeps no draft; saving itself says so in a sentence (record.js).
    if (values !== null) await keepDraft(this.key, values).catch(() => {});
  }

  /** @returns {Promise<?{at: number, values: object}>} */
  async find() {
    const found = await findDraft(this.key).catch(() => null);
    return found && Date.now() - found.at < KEEP_DAYS * DAY_MS ? found : null;
  }

  /** Forget: saved, or thrown away on purpose. */
  drop() {
    this.waiting = null;
    this.running = this.running.then(() => dropDraft(this.key)).catch(() => {});
    return this.running;
  }
}
