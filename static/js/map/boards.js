/**
 * Paints small canvases in steps on boards that nobody sees, one after the other, and then hangs their pictures up.
 *
 * What is drawn on a canvas of the page becomes a picture only when the browser makes the next frame: many
 * canvases in one frame are one long task, whatever our clock says. What is drawn on a board becomes a picture
 * at the end of each turn.
 */

import { hang } from "baum/map/pictures.js";
import { slices as pageSlices } from "baum/map/slices.js";
import { walker as pageWalker } from "baum/map/steps.js";

export class Boards {
  /**
   * @param {{walker?: import("baum/map/steps.js").Walker,
   *   slices?: {run: (job: () => any) => Promise<any>}}} [turns] for tests
   */
  constructor({ walker = pageWalker, slices = pageSlices } = {}) {
    Object.assign(this, { walker, slices });
    this.free = [];
    this.line = Promise.resolve();
  }

  /**
   * Paint a square canvas; what it shows stays until the new picture is whole.
   *
   * @param {HTMLCanvasElement} canvas
   * @param {number} edge CSS pixels
   * @param {(context: CanvasRenderingContext2D) => Iterator} steps of painting, in CSS pixels
   * @param {{wanted: () => boolean}} options wanted: false when the canvas has become another tile's
   */
  async paint(canvas, edge, steps, { wanted }) {
    const picture = await this.#inLine(() => wanted() && this.#painted(edge, steps, wanted));
    if (!picture) return;
    await this.slices.run(() => wanted() ? hang(picture, canvas) : picture.close());
  }

  /** One tile at a time, or the first would be done with the last. */
  #inLine(job) {
    const mine = this.line.then(job);
    this.line = mine.catch(() => {});
    return mine;
  }

  async #painted(edge, steps, wanted) {
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    const board = this.free.pop() ?? document.createElement("canvas");
    try {
      // Also empties a board that was used before.
      board.width = board.height = Math.round(edge * ratio);
      const context = board.getContext("2d");
      context.scale(ratio, ratio);
      const whole = await this.walker.walk(whileWanted(steps(context), wanted)).done;
      return whole ? await createImageBitmap(board) : null;
    } finally {
      this.free.push(board);
    }
  }
}

/** The steps, as long as somebody wants their end; whether they came to it. */
function* whileWanted(steps, wanted) {
  for (const step of steps) {
    yield step;
    if (!wanted()) return false;
  }
  return true;
}

export const boards = new Boards();
