/** Paints behind the picture that is shown, in steps; used by the canvases of port.js. */

import { walker as pageWalker } from "baum/map/steps.js";

/** A newer view drops the paint of an older one; for what comes bit by bit there is `again`. */
export class Behind {
  /**
   * @param {(view: object) => Iterator} steps of painting a view; they end with its picture or a promise of it
   * @param {import("baum/map/steps.js").Walker} [walker]
   * @param {(picture: any, view: object) => void} [show] the picture of a view that is still wanted
   * @param {() => void} [fail] painted twice in vain: what is shown is an older picture, and stays
   */
  constructor(steps, walker = pageWalker, show = () => {}, fail = () => {}) {
    Object.assign(this, { steps, walker, show, fail });
    this.walk = null;
    this.begun = false;
    this.stale = false;
    this.failed = false;
  }

  /** Paint this view; what was being painted is no longer wanted. */
  paint(view) {
    this.drop();
    this.view = view;
    const walk = this.walk = this.walker.walk(this.#noted(this.steps(view)));
    walk.done.then((picture) => this.#ended(walk, picture), (error) => this.#broke(walk, error))
      .catch(reportError);
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

  /** Show the picture, if there is one and its view is still wanted. */
  #ended(walk, picture) {
    if (walk !== this.walk) return picture?.close?.();
    const { stale, view } = this;
    this.drop();
    this.failed = false;
    try {
      if (picture) this.show(picture, view);
    } finally {
      if (stale) this.paint(view);
    }
  }

  /** There is no picture: once more, because memory may be free and a process of the browser back by then. */
  #broke(walk, error) {
    reportError(error);
    if (walk !== this.walk) return;
    const again = this.stale || !this.failed;
    this.drop();
    this.failed = true;
    if (again) this.paint(this.view);
    else this.fail();
  }
}
