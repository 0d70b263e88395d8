/** Paints behind the picture that is shown, in steps; used by the canvases of port.js. */

import { walker as pageWalker } from "baum/map/steps.js";

/** A newer view drops the paint of an older one; for what comes bit by bit there is `again`. */
export class Behind {
  /**
   * @param {(view: object) => Iterator} steps of painting a view; with the last one the new picture is shown
   * @param {import("baum/map/steps.js").Walker} [walker]
   */
  constructor(steps, walker = pageWalker) {
    this.steps = steps;
    this.walker = walker;
    this.walk = null;
    this.begun = false;
    this.stale = false;
  }

  /** Paint this view; what was being painted is no longer wanted. */
  paint(view) {
    this.drop();
    this.view = view;
    const walk = this.walk = this.walker.walk(this.#noted(this.steps(view)));
    walk.done.then(() => this.#ended(walk), (error) => {
      this.#ended(walk);
      reportError(error);
    });
  }

  /** More has come for the last view: paint it again, after the paint that has begun. */
  again() {
    // Begun anew with each tile that comes, a paint would never end.
    if (this.walk && this.begun) this.stale = true;
    else if (!this.walk && this.view) this.paint(this.view);
  }

  /** Paint nothing more. */
  drop() {
    this.walk?.stop();
    this.walk = null;
    this.begun = this.stale = false;
  }

  *#noted(steps) {
    this.begun = true;
    return yield* steps;
  }

  #ended(walk) {
    if (walk !== this.walk) return;
    const { stale, view } = this;
    this.walk = null;
    this.begun = this.stale = false;
    if (stale) this.paint(view);
  }
}
