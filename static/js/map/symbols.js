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
   * Paint a symbol with its middle at x, y.
   *
   * @param {CanvasRenderingContext2D} context scaled so that its units are CSS pixels
   * @param {string} code state
   * @param {boolean} immediate
   * @param {number} size CSS pixels of the 24-unit box
   * @param {number} ratio device pixels per CSS pixel
   */
  paint(context, code, immediate, x, y, size, ratio) {
    const { picture, edge } = this.#picture(code, immediate, size, ratio);
    context.drawImage(picture, x - edge / 2, y - edge / 2, edge, edge);
  }

  #picture(code, immediate, size, ratio) {
    const key = `${code}|${immediate}|${size}|${ratio}`;
    if (!this.pictures.has(key)) this.pictures.set(key, this.#draw(code, immediate, size, ratio));
    return this.pictures.get(key);
  }

  #draw(code, immediate, size, ratio) {
    const { paths } = drawing(this.table, code, immediate);
    const scale = size / 24;
    const edge = Math.ceil(40 * scale);
    const picture = document.createElement("canvas");
    picture.width = picture.height = Math.ceil(edge * ratio);
    const context = picture.getContext("2d");
    context.scale((picture.width / edge) * scale, (picture.width / edge) * scale);
    context.translate(edge / scale / 2 - 12, edge / scale / 2 - 12);
    context.lineJoin = "round";
    this.#halo(context, paths);
    for (const path of paths) paintPath(context, path);
    return { picture, edge };
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
