/** Draws state symbols on a canvas, from the same paths as the SVG ones; map/tree_layer.js paints with it. */

import { drawing } from "baum/core/states.js";

/** Width of the light edge that lifts a symbol off the map, in units of the view box. */
const HALO = 3.4;

/** Sharp little pictures of the symbols, each drawn once per size. */
export class Symbols {
  /** @param {import("baum/core/states.js").StateTable} table */
  constructor(table) {
    this.table = table;
    this.pictures = new Map();
  }

  /**
   * Pictures for one size, ready to be painted many times.
   *
   * @param {number} size CSS pixels of the 24-unit box
   * @param {number} ratio device pixels per CSS pixel
   * @returns {(context: CanvasRenderingContext2D, code: string, immediate: boolean, x: number, y: number) => void}
   *   paints with the middle at x, y, moved to whole device pixels: between them it would be blurred and take
   *   twice as long; the context's units are CSS pixels
   */
  brush(size, ratio) {
    const pictures = this.#picturesOf(size, ratio);
    return (context, code, immediate, x, y) => {
      const key = immediate ? `${code}!` : code;
      let found = pictures.get(key);
      if (!found) pictures.set(key, found = this.#draw(code, immediate, size, ratio));
      const left = Math.round((x - found.half) * ratio) / ratio;
      const top = Math.round((y - found.half) * ratio) / ratio;
      context.drawImage(found.picture, left, top, found.edge, found.edge);
    };
  }

  /** Paint one symbol; for many of one size take a brush. */
  paint(context, code, immediate, x, y, size, ratio) {
    this.brush(size, ratio)(context, code, immediate, x, y);
  }

  #picturesOf(size, ratio) {
    const key = `${size}|${ratio}`;
    if (!this.pictures.has(key)) this.pictures.set(key, new Map());
    return this.pictures.get(key);
  }

  #draw(code, immediate, size, ratio) {
    const { paths } = drawing(this.table, code, immediate);
    const scale = size / 24;
    const pixels = Math.ceil(Math.ceil((immediate ? 40 : 28) * scale) * ratio);
    const edge = pixels / ratio;
    const board = new OffscreenCanvas(pixels, pixels);
    const context = board.getContext("2d");
    context.scale(ratio * scale, ratio * scale);
    context.translate(edge / scale / 2 - 12, edge / scale / 2 - 12);
    context.lineJoin = "round";
    this.#halo(context, paths);
    for (const path of paths) paintPath(context, path);
    return { picture: board.transferToImageBitmap(), edge, half: edge / 2 };
  }

  #halo(context, paths) {
    context.strokeStyle = "rgb(255 255 255 / 0.9)";
    for (const path of paths) {
      context.lineWidth = HALO + (path.stroke_width ?? 0);
      context.setLineDash([]);
      context.stroke(new Path2D(path.d));
    }
  }
}

/** One path of the table on a canvas whose units are those of the view box. */
function paintPath(context, path) {
  const shape = new Path2D(path.d);
  if (path.fill && path.fill !== "none") {
    context.fillStyle = path.fill;
    context.fill(shape);
  }
  if (path.stroke) {
    context.strokeStyle = path.stroke;
    context.lineWidth = path.stroke_width ?? 1;
    context.setLineDash((path.stroke_dasharray ?? "").split(/[ ,]+/).filter(Boolean).map(Number));
    context.stroke(shape);
  }
}
