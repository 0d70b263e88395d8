/** The background: outside pictures (XYZ, WMS), our own drawn city, or nothing. */

import { layersOf as tileLayers, shapeSteps, TileStore } from "baum/io/tiles.js";
import { NameLayer } from "baum/map/base_names.js";
import { AREAS, GROUND, LINES } from "baum/map/base_style.js";
import { boards } from "baum/map/boards.js";
import { MAX_ZOOM, paintedTiles, pictureLayer } from "baum/map/port.js";
import { TURN_ENDS, walker } from "baum/map/steps.js";
import { t } from "baum/io/words.js";

/** Tiles of our own map are made up to here; nearer views enlarge them. */
const NATIVE_ZOOM = 16;
const TILE = 256;

/** Metres a tile's edge is long at 53° north. */
const tileMetres = (z) => 40_075_017 * Math.cos(53.1 * Math.PI / 180) / 2 ** z;

/** Shapes of the own map, loaded once and shared by areas, lines and names. */
export const baseShapes = new TileStore((bytes) => walker.walk(readShapes(bytes)).done, 400);

/** Features of layer "base", and the districts as one more kind; in steps. */
function* readShapes(bytes) {
  const { base, districts } = tileLayers(bytes);
  const areas = yield* shapeSteps(districts);
  for (const shape of areas) shape.properties = { ...shape.properties, kind: "district" };
  return [...yield* shapeSteps(base), ...areas];
}

/** Load the shapes that cover a tile of any zoom, and where in them it lies. */
function sourceOf({ x, y, z }) {
  const native = Math.min(z, NATIVE_ZOOM);
  const scale = 2 ** (z - native);
  const tile = { z: native, x: Math.floor(x / scale), y: Math.floor(y / scale) };
  const key = `${tile.z}/${tile.x}/${tile.y}`;
  return {
    scale,
    offset: { x: x - tile.x * scale, y: y - tile.y * scale },
    shapes: baseShapes.load(key, `/grundkarte/${key}.mvt`, tile),
  };
}

/** Edge of a shape in units of its tile, reckoned once. */
function boxOf(shape) {
  if (shape.box) return shape.box;
  const box = { west: Infinity, north: Infinity, east: -Infinity, south: -Infinity };
  for (const ring of shape.rings) {
    for (const { x, y } of ring) {
      box.west = Math.min(box.west, x);
      box.east = Math.max(box.east, x);
      box.north = Math.min(box.north, y);
      box.south = Math.max(box.south, y);
    }
  }
  return shape.box = box;
}

/** Whether a shape reaches into the part of its tile that is enlarged; a wide road reaches further than its line. */
function reaches(shape, scale, offset) {
  const { west, north, east, south } = boxOf(shape);
  const [left, top, part] = [offset.x / scale, offset.y / scale, 1 / scale];
  const margin = part / 4;
  return east > left - margin && west < left + part + margin && south > top - margin &&
    north < top + part + margin;
}

/** Paint one tile of the own map, when its turn comes. */
async function paintTile(canvas, coords) {
  const { scale, offset, shapes } = sourceOf(coords);
  const key = canvas.dataset.tile = `${coords.z}/${coords.x}/${coords.y}`;
  const found = await shapes;
  await boards.paint(canvas, TILE, (context) => tileSteps(context, coords, found, scale, offset), {
    wanted: () => canvas.dataset.tile === key,
  });
}

function* tileSteps(context, coords, shapes, scale, offset) {
  context.fillStyle = GROUND;
  context.fillRect(0, 0, TILE, TILE);
  const found = shapes.filter((shape) => reaches(shape, scale, offset));
  const place = (spot) => [(spot.x * scale - offset.x) * TILE, (spot.y * scale - offset.y) * TILE];
  const paced = pace();
  yield* paintAreas(context, found, place, coords.z, paced);
  yield* paintLines(context, found, place, coords.z, paced);
}

/** Points that are drawn in one turn: the browser turns them into a picture after it, outside our clock. */
const TURN_POINTS = 1200;

/** Counts what is drawn, and ends the turn when it is enough. */
function pace() {
  let points = 0;
  return function* paced(shape) {
    for (const ring of shape.rings) points += ring.length;
    if (points < TURN_POINTS) return;
    points = 0;
    yield TURN_ENDS;
  };
}

function trace(context, shape, place, close) {
  context.beginPath();
  for (const ring of shape.rings) {
    ring.forEach((spot, i) => i ? context.lineTo(...place(spot)) : context.moveTo(...place(spot)));
    if (close) context.closePath();
  }
}

function* paintAreas(context, shapes, place, zoom, paced) {
  const areas = shapes.filter((shape) => shape.type === 3 && AREAS[shape.properties.kind])
    .sort((a, b) => AREAS[a.properties.kind].order - AREAS[b.properties.kind].order);
  for (const shape of areas) {
    const { fill, edge, from } = AREAS[shape.properties.kind];
    if (from && zoom < from) continue;
    trace(context, shape, place, true);
    if (fill) {
      context.fillStyle = fill;
      context.fill("evenodd");
    }
    context.lineWidth = fill ? 1 : 1.5;
    context.setLineDash(fill ? [] : [6, 4]);
    context.strokeStyle = edge;
    context.stroke();
    yield* paced(shape);
  }
  context.setLineDash([]);
}

/** All casings first, then all fills, so that crossings stay open. */
function* paintLines(context, shapes, place, zoom, paced) {
  const lines = shapes.filter((shape) => shape.type === 2 && LINES[shape.properties.kind])
    .sort((a, b) => LINES[a.properties.kind].order - LINES[b.properties.kind].order);
  context.lineCap = context.lineJoin = "round";
  for (const part of ["casing", "fill"]) {
    for (const shape of lines) {
      const style = LINES[shape.properties.kind];
      if (!style[part]) continue;
      const width = Math.max(style.least, style.metres / tileMetres(zoom) * TILE);
      if (shape.properties.kind === "path" && zoom < 15) continue;
      trace(context, shape, place, false);
      context.setLineDash(style.dash ?? []);
      context.lineWidth = part === "casing" ? width + 2 : width;
      context.strokeStyle = style[part];
      context.stroke();
      yield* paced(shape);
    }
  }
  context.setLineDash([]);
}

/** Shows one base map at a time. */
export class BaseLayers {
  /**
   * @param {object} map
   * @param {object[]} baseMaps rows of BaseMap: id, name, kind, url …
   * @param {(baseMap: object, tile: object) => Promise<ArrayBuffer|null>} [kept] outside pictures on the device
   */
  constructor(map, baseMaps, kept) {
    this.map = map;
    this.kept = kept;
    this.baseMaps = baseMaps;
    this.shown = [];
  }

  /** Show the base map of that id, else the first; returns its row. */
  show(id) {
    const row = this.baseMaps.find((each) => each.id === id) ?? this.baseMaps[0] ?? { kind: "none" };
    for (const layer of this.shown) this.map.removeLayer(layer);
    const { layers, names } = layersOf(row, this.kept);
    this.shown = layers;
    this.names = names;
    if (this.trees) this.names?.leaveRoomFor(this.trees);
    for (const layer of this.shown) this.map.addLayer(layer);
    return row;
  }

  /** Paint the names again, once their font is here. */
  repaint() {
    this.names?.canvas.repaint();
  }

  /** Keep names off the badges of this layer. */
  leaveRoomFor(trees) {
    this.trees = trees;
    this.names?.leaveRoomFor(trees);
    trees.addEventListener("painted", ({ detail }) => detail.complete && this.names?.look());
  }
}

/** The layers of a base map; `names` is the one with words, if it is our own map. */
function layersOf(row, kept) {
  if (row.kind === "demo") {
    const attribution = row.attribution || t("Erfundene Stadt, eigene Zeichnung");
    const names = new NameLayer(baseShapes, NATIVE_ZOOM);
    return { layers: [paintedTiles(paintTile, { attribution, maxZoom: MAX_ZOOM }), names.canvas], names };
  }
  if (row.kind !== "xyz" && row.kind !== "wms") return { layers: [], names: null };
  return { layers: [pictureLayer(row, kept && ((tile) => kept(row, tile)))], names: null };
}
