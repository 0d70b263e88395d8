/** Names of districts, parks and streets on our own map; placed once per view, so that none is cut off. */

import { NAMES } from "baum/map/base_style.js";
import { circles, Placed, same } from "baum/map/name_room.js";
import { paintedCanvas } from "baum/map/port.js";
import { tilesFor } from "baum/map/tile_cover.js";

const FONT = '"Fira Sans", sans-serif';
const ORDER = ["district", "main_road", "water", "green", "road", "building"];
/** A district's name stands in its middle, or so many pixels below where badges of trees leave room. */
const SHIFTS = [0, -22, 22, -44, 44, -66, 66];
/** Milliseconds that names wait for the badges of a zoom, where those before would make them jump. */
const PATIENCE_MS = 600;

export class NameLayer {
  /** @param {import("baum/io/tiles.js").TileStore} store @param {number} nativeZoom */
  constructor(store, nativeZoom) {
    this.store = store;
    this.nativeZoom = nativeZoom;
    this.trees = null;
    /** Badges that the newest paint goes round; null: it waits for them. */
    this.around = null;
    this.wait = null;
    this.canvas = paintedCanvas((context, view) => this.#paint(context, view), {
      pane: "names",
    });
  }

  /**
   * Keep the names off the badges of these trees, which would cover them.
   *
   * @param {{badges: object[], badgesAt: (zoom: number) => object[]|null}} trees a TreeLayer
   */
  leaveRoomFor(trees) {
    this.trees = trees;
  }

  /** The trees are painted: the names again, if badges stand where none stood. */
  look() {
    const { view } = this.canvas;
    const badges = view && this.trees.badgesAt(view.zoom);
    if (badges && !(this.around && same(circles(badges, view), circles(this.around, view)))) this.#soon();
  }

  *#paint(context, view) {
    const tiles = tilesFor(view, Math.min(Math.round(view.zoom), this.nativeZoom));
    for (const tile of tiles) {
      if (this.store.get(tile.key) !== undefined) continue;
      this.#load(tile);
      yield;
    }
    this.around = this.#badges(view.zoom);
    if (!this.around) return null;
    const pieces = [];
    const placed = new Placed(circles(this.around, view));
    for (const tile of tiles) {
      for (const shape of named(this.store.get(tile.key) ?? [], tile, view)) pieces.push(shape);
      yield;
    }
    const shapes = joinAreas(pieces);
    shapes.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.length - a.length);
    for (const shape of shapes) {
      const name = readyName(context, shape, placed);
      if (name) paintName(context, name);
      yield;
    }
  }

  /** Badges to go round at a zoom; null while it is worth waiting for them. */
  #badges(zoom) {
    const known = this.trees ? this.trees.badgesAt(zoom) : [];
    if (known) this.wait = null;
    else if (this.wait?.zoom !== zoom) this.#begin(this.wait = { zoom, over: false });
    return known ?? (this.wait.over ? this.trees.badges : null);
  }

  #begin(wait) {
    setTimeout(() => {
      wait.over = true;
      if (wait === this.wait) this.#soon();
    }, PATIENCE_MS);
  }

  #load(tile) {
    this.store.load(tile.key, `/grundkarte/${tile.key}.mvt`, tile).then(() => this.#soon(), () => {});
  }

  #soon() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.canvas.repaintAfter();
    });
  }
}

/** Shapes of a tile that may carry a name at this zoom, in pixels of the view. */
function named(shapes, tile, view) {
  const n = 2 ** tile.z;
  const found = [];
  for (const { properties: { kind, name }, type, rings } of shapes) {
    const style = NAMES[kind];
    if (!name || !style || view.zoom < style.from || view.zoom > (style.until ?? 99)) continue;
    for (const ring of rings) {
      const spots = ring.map((spot) => view.place((tile.x + spot.x) / n, (tile.y + spot.y) / n));
      found.push({
        kind,
        name,
        style,
        type,
        spots,
        length: lengthOf(spots),
        ...(type === 3 ? weightOf(spots) : {}),
      });
      if (type === 3) break;
    }
  }
  return found;
}

/** Area in square pixels and centre of a ring. */
function weightOf(spots) {
  let [area, x, y] = [0, 0, 0];
  for (let i = 1; i < spots.length; i += 1) {
    const [a, b] = [spots[i - 1], spots[i]];
    const cross = a.x * b.y - b.x * a.y;
    area += cross;
    x += (a.x + b.x) * cross;
    y += (a.y + b.y) * cross;
  }
  return area
    ? { area: Math.abs(area / 2), centre: { x: x / (3 * area), y: y / (3 * area) } }
    : { area: 0, centre: spots[0] };
}

/** Tiles cut areas to pieces; one name for all: in the middle of a district, on the largest piece of a park. */
function joinAreas(shapes) {
  const whole = new Map();
  for (const shape of shapes.filter((each) => each.type === 3 && each.kind !== "building")) {
    const key = `${shape.kind}|${shape.name}`;
    const old = whole.get(key);
    if (!old) whole.set(key, { ...shape });
    else if (shape.kind === "district") whole.set(key, merged(old, shape));
    else if (shape.area > old.area) whole.set(key, { ...shape });
  }
  return [...shapes.filter((each) => each.type !== 3 || each.kind === "building"), ...whole.values()];
}

/** Two pieces of one area: areas added, centre weighed by them. */
function merged(a, b) {
  const area = a.area + b.area || 1;
  const weigh = (axis) => (a.centre[axis] * a.area + b.centre[axis] * b.area) / area;
  return { ...a, area, centre: { x: weigh("x"), y: weigh("y") }, length: Math.max(a.length, b.length) };
}

function lengthOf(spots) {
  let sum = 0;
  for (let i = 1; i < spots.length; i += 1) {
    sum += Math.hypot(spots[i].x - spots[i - 1].x, spots[i].y - spots[i - 1].y);
  }
  return sum;
}

/** Middle of a line, and the direction in which it can be read there. */
function alongOf(spots, length) {
  let rest = length / 2;
  for (let i = 1; i < spots.length; i += 1) {
    const [a, b] = [spots[i - 1], spots[i]];
    const step = Math.hypot(b.x - a.x, b.y - a.y);
    if (rest <= step && step > 0) {
      const part = rest / step;
      let angle = Math.atan2(b.y - a.y, b.x - a.x);
      if (Math.abs(angle) > Math.PI / 2) angle -= Math.sign(angle) * Math.PI;
      return { x: a.x + (b.x - a.x) * part, y: a.y + (b.y - a.y) * part, angle };
    }
    rest -= step;
  }
  return { ...spots[0], angle: 0 };
}

/** Where a name stands and its picture; null where there is no room. */
function readyName(context, { kind, name, style, spots, length, type, centre }, placed) {
  const width = widthOf(context, name, kind, style);
  if (type === 2 && length < width * 1.1) return null;
  if (type === 3 && kind === "building" && length < width * 2) return null;
  const middle = style.along && type === 2 ? alongOf(spots, length) : { ...centre, angle: 0 };
  const [w, h] = [
    Math.abs(Math.cos(middle.angle)) * width + Math.abs(Math.sin(middle.angle)) * style.size,
    Math.abs(Math.sin(middle.angle)) * width + Math.abs(Math.cos(middle.angle)) * style.size,
  ];
  const shift = (kind === "district" ? SHIFTS : [0]).find((by) =>
    placed.take(name, middle.x, middle.y + by, w, h)
  );
  if (shift === undefined) return null;
  return { at: { ...middle, y: middle.y + shift }, ...pictureOf(name, kind, style, width) };
}

function paintName(context, { at, picture, wide, high }) {
  context.save();
  context.translate(at.x, at.y);
  context.rotate(at.angle);
  context.drawImage(picture, -wide / 2, -high / 2, wide, high);
  context.restore();
}

/** Widths and pictures of names by kind and words: the same streets come again with every move of the map. */
const widths = new Map();
const pictures = new Map();
const MOST_PICTURES = 600;

function setFont(context, style) {
  context.font = `${style.italic ? "italic " : ""}${style.weight} ${style.size}px ${FONT}`;
  context.letterSpacing = style.spaced ? "1.5px" : "0px";
}

/** Before our font is here, another one is measured; that is not kept. */
const fontIsHere = () => document.fonts.status === "loaded";

function widthOf(context, name, kind, style) {
  const key = `${kind}|${name}`;
  if (widths.has(key)) return widths.get(key);
  setFont(context, style);
  const { width } = context.measureText(name);
  if (fontIsHere()) widths.set(key, width);
  return width;
}

/** A name with its light edge, drawn once. */
function pictureOf(name, kind, style, width) {
  const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
  const key = `${kind}|${name}|${ratio}`;
  if (pictures.has(key)) return pictures.get(key);
  const [wide, high] = [Math.ceil(width) + 8, Math.ceil(style.size * 1.6) + 4];
  const board = new OffscreenCanvas(Math.ceil(wide * ratio), Math.ceil(high * ratio));
  const context = board.getContext("2d");
  context.scale(ratio, ratio);
  setFont(context, style);
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3.5;
  context.strokeStyle = "rgb(255 255 255 / 0.85)";
  context.strokeText(name, wide / 2, high / 2);
  context.fillStyle = style.colour;
  context.fillText(name, wide / 2, high / 2);
  const made = { picture: board.transferToImageBitmap(), wide, high };
  if (pictures.size > MOST_PICTURES) pictures.delete(pictures.keys().next().value);
  if (fontIsHere()) pictures.set(key, made);
  return made;
}
