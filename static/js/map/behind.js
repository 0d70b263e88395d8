/** Paints behind the picture that is shown, in steps; used by the canvases of port.js. */

import { walker as pageWalker } from "baum/map/steps.js";

/** A newer view drops the paint of an older one; for what comes bit by bit there is `again`. */
export class Behind {
  /**
   * @param {(view: object) => Iterator} steps of painting a view; they end with its picture or a promise of it
   * @param {import("baum/map/steps.js").Walker} [walker]
   * @param {(picture: any, view: object) => void} [show] the picture of a view that is still wanted
   */
  constructor(steps, walker = pageWalker, show = () => {}) {
    Object.assign(this, { steps, walker, show });
    this.walk = null;
    this.begun = false;
    this.stale = false;
  }

  /** Paint this view; what was being painted is no longer wanted. */
  paint(view) {
    this.drop();
    this.view = view;
    const walk = this.walk = this.walker.walk(this.#noted(this.steps(view)));
    walk.done.then((picture) => this.#ended(walk, picture), (error) => {
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

  /** Show the picture, if there is one and its view is still wanted. */
  #ended(walk, picture) {
    if (walk !== this.walk) return picture?.close?.();
    const { stale, view } = this;
    this.walk = null;
    this.begun = this.stale = false;
    if (picture) this.show(picture, view);
    if (stale) this.paint(view);
  }
}
