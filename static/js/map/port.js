/** The one door to the map library (Leaflet): nobody else imports it. */

import {
  Circle,
  CircleMarker,
  Control,
  CRS,
  DivIcon,
  DomEvent,
  DomUtil,
  GridLayer,
  latLng,
  latLngBounds,
  Map as LeafletMap,
  Marker,
  point,
  Polygon,
  Renderer,
  TileLayer,
  Util,
} from "leaflet";
import { Behind } from "baum/map/behind.js";
import { hang } from "baum/map/pictures.js";
import { t } from "baum/io/words.js";

export const MIN_ZOOM = 10;
export const MAX_ZOOM = 21;
const SPARE = 40; // canvases kept for the next tile

/**
 * A map that fills `element`.
 *
 * @param {HTMLElement} element
 * @param {{center: [number, number], zoom: number, bounds?: [[number, number], [number, number]]}} view lat, lon
 * @param {{controls?: boolean}} [options] controls: zoom buttons, scale and attribution in the lower corners
 */
export function createMap(element, { center, zoom }, { controls = true } = {}) {
  const map = new LeafletMap(element, {
    minZoom: MIN_ZOOM,
    maxZoom: MAX_ZOOM,
    zoomControl: false,
    attributionControl: false,
    zoomSnap: 1,
    wheelPxPerZoomLevel: 90,
    keyboardPanDelta: 120,
    fadeAnimation: false,
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    tap: false,
  });
  if (controls) addControls(map);
  map.createPane("names").style.zIndex = 350;
  map.getPane("names").style.pointerEvents = "none";
  map.setView(center, zoom, { animate: false });
  return map;
}

/** Do something where the map is, or where it lands if it is flying to another zoom. */
export function atRest(map, act) {
  if (map._animatingZoom) map.once("zoomend", act);
  else act();
}

function addControls(map) {
  map.addControl(
    new Control.Zoom({
      position: "bottomright",
      zoomInTitle: t("Näher heran"),
      zoomOutTitle: t("Weiter weg"),
    }),
  );
  addWords(map, "bottomleft", "bottomright");
}

/** Scale and attribution in their corners; a tablet's lower edge belongs to the thumb. */
export function addWords(map, scale, attribution) {
  map.addControl(new Control.Scale({ position: scale, imperial: false }));
  map.addControl(new Control.Attribution({ position: attribution, prefix: false }));
}

/** Pictures that the device has kept come from there, all others from their server. */
const KeptTiles = TileLayer.extend({
  createTile(coords, done) {
    const tile = document.createElement("img");
    tile.alt = "";
    const show = (bytes) => {
      const address = bytes?.byteLength ? URL.createObjectURL(new Blob([bytes])) : this.getTileUrl(coords);
      const end = (error) => {
        if (address.startsWith("blob:")) URL.revokeObjectURL(address);
        done(error, tile);
      };
      tile.onload = () => end(null);
      tile.onerror = () => end(new Error(address));
      tile.src = address;
    };
    // A store that cannot be read keeps no picture from coming over the net.
    this.options.kept(coords).then(show, () => show(null));
    return tile;
  },
});

/**
 * A base map of outside pictures: kind "xyz" or "wms" (fields of BaseMap).
 *
 * @param {object} baseMap
 * @param {(tile: {z: number, x: number, y: number}) => Promise<ArrayBuffer|null>} [kept] bytes that the device keeps
 */
export function pictureLayer({ kind, url, layers, attribution, max_zoom }, kept) {
  const common = { attribution, maxZoom: MAX_ZOOM, maxNativeZoom: max_zoom || 19 };
  if (kind === "wms") {
    return new TileLayer.WMS(url, {
      ...common,
      layers,
      format: "image/png",
      version: "1.3.0",
      maxNativeZoom: MAX_ZOOM,
    });
  }
  return kept ? new KeptTiles(url, { ...common, kept }) : new TileLayer(url, common);
}

/**
 * A layer of canvas tiles that we paint ourselves.
 *
 * @param {(canvas: HTMLCanvasElement, coords: {x: number, y: number, z: number}) => Promise<void>} paint
 */
export function paintedTiles(paint, options = {}) {
  const Painted = GridLayer.extend({
    /** Canvases that left the map are used again: throwing them away costs long pauses. */
    onAdd(map) {
      this.spare = [];
      this.on("tileunload", ({ tile }) => {
        // Whoever still paints it sees that it is no longer wanted.
        delete tile.dataset.tile;
        if (this.spare.length < SPARE) this.spare.push(tile);
      });
      return GridLayer.prototype.onAdd.call(this, map);
    },
    createTile(coords, done) {
      const canvas = this.spare.pop() ?? document.createElement("canvas");
      canvas.setAttribute("aria-hidden", "true");
      canvas.className = "";
      // A tile that left and came back has another canvas, and is not ready with this one.
      const end = (error) => this.holds(canvas, coords) && done(error, canvas);
      paint(canvas, coords).then(() => end(null), end);
      return canvas;
    },
    /** Moved in the plane, so that all canvases of a level are one layer for the browser, not one each. */
    _addTile(coords, container) {
      GridLayer.prototype._addTile.call(this, coords, container);
      const { el } = this._tiles[this._tileCoordsToKey(coords)];
      const { x, y } = DomUtil.getPosition(el);
      el.style.transform = `translate(${x}px, ${y}px)`;
    },
    /** Paint those tiles again for which `wanted(coords)` holds, in place. */
    repaintTiles(wanted = () => true) {
      for (const { el, coords } of Object.values(this._tiles ?? {})) {
        if (wanted(coords)) paint(el, coords).catch(() => {});
      }
    },
    /** Whether a canvas is still on the map (or about to be). */
    holds(canvas, coords) {
      return this._tiles?.[this._tileCoordsToKey(coords)]?.el === canvas;
    },
  });
  return new Painted({ keepBuffer: 1, updateWhenZooming: false, ...options });
}

/**
 * One canvas over the whole view (and a margin), repainted at rest; Leaflet moves and scales it on the way.
 *
 * @param {(context: CanvasRenderingContext2D, view: View) => void|Iterator} paint may return its steps: they run
 *   between frames, and the picture is shown when all are done; until then the older one stays. The last step may
 *   return a function, which is called when the picture is shown, or null: the older picture stays
 * @param {{pane?: string, walker?: import("baum/map/steps.js").Walker, fail?: () => void}} [options]
 *   fail: there is no picture of what is wanted, an older one stays
 * @typedef {{zoom: number, size: {x: number, y: number}, ratio: number, west: number, north: number,
 *   east: number, south: number, place: (x: number, y: number) => {x: number, y: number},
 *   world: (x: number, y: number) => {x: number, y: number}}} View
 *   edges in world units (0…1); place: world → pixels of the canvas, world: back
 */
export function paintedCanvas(paint, options = {}) {
  return new PaintedCanvas(paint, options);
}

function hiddenCanvas() {
  const canvas = document.createElement("canvas");
  canvas.setAttribute("aria-hidden", "true");
  return canvas;
}

/** The picture of a board, null without any pixel, and what is to be done when it is shown. */
async function made(board, onShow) {
  const picture = board.width && board.height ? await createImageBitmap(board) : null;
  return { picture, onShow, close: () => picture?.close() };
}

const PaintedCanvas = Renderer.extend({
  initialize(paint, options) {
    this.paintView = paint;
    Util.setOptions(this, { padding: 0.25, ...options });
    this._layers = {};
    this._behind = new Behind(
      (view) => this._steps(view),
      this.options.walker,
      (...made) => this._show(...made),
      this.options.fail,
    );
  },
  _initContainer() {
    this._container = hiddenCanvas();
    this._container.width = this._container.height = 0;
  },
  _destroyContainer() {
    this._behind.drop();
    this._container.remove();
    delete this._container;
    delete this.view;
  },
  /** The map has come to rest somewhere: paint what is seen there. */
  _update() {
    if (this._map._animatingZoom && this.view) return;
    this.view = this._viewNow();
    this._behind.paint(this.view);
  },
  _reset() {
    this._update();
    this._follow();
  },
  /** The map begins to fly to another zoom, where another view will be painted. */
  _onAnimZoom(event) {
    this._behind.drop();
    if (this._zoom !== undefined) Renderer.prototype._onAnimZoom.call(this, event);
  },
  _onZoom() {
    this._follow();
  },
  /** Keep what is shown where it belongs, wherever the map is now. */
  _follow() {
    if (this._zoom !== undefined) this._updateTransform(this._map.getCenter(), this._map.getZoom());
  },
  /** Paint again without moving: what is shown, or is being painted, is no longer true. */
  repaint() {
    // While it flies to another zoom there is nothing to paint; it will be painted where it lands.
    if (!this._container || !this.view || this._map._animatingZoom) return;
    this._behind.paint(this.view);
  },
  /** More has come: paint again, after the paint that has begun. */
  repaintAfter() {
    if (this._container && !this._map._animatingZoom) this._behind.again();
  },
  /** Paint on a canvas that nobody sees; ends with its picture and what is to be done when that is shown. */
  *_steps(view) {
    const { size, ratio } = view;
    const board = hiddenCanvas();
    board.width = Math.round(size.x * ratio);
    board.height = Math.round(size.y * ratio);
    const context = board.getContext("2d");
    context.scale(ratio, ratio);
    try {
      const onShow = yield* this.paintView(context, view) ?? [];
      return onShow === null ? null : made(board, onShow);
    } finally {
      // Its memory goes now and not some time.
      board.width = board.height = 0;
    }
  },
  /** Put a picture in the place of the older one; what goes with it changes with it. */
  _show({ picture, onShow }, view) {
    if (picture) this._hang(picture, view);
    onShow?.();
  },
  _hang(picture, { size, corner, center, zoom, pixelOrigin }) {
    const canvas = this._container;
    canvas.style.width = `${size.x}px`;
    canvas.style.height = `${size.y}px`;
    Object.assign(this, { _center: center, _zoom: zoom });
    if (pixelOrigin.equals(this._map.getPixelOrigin())) DomUtil.setPosition(canvas, corner);
    else this._follow();
    hang(picture, canvas);
  },
  _viewNow() {
    const map = this._map;
    const part = this.options.padding;
    const wide = map.getSize();
    const corner = map.containerPointToLayerPoint(wide.multiplyBy(-part)).round();
    const size = wide.multiplyBy(1 + part * 2).round();
    const pixelOrigin = map.getPixelOrigin();
    const zoom = map.getZoom();
    const world = 256 * 2 ** zoom;
    const origin = pixelOrigin.add(corner);
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    return {
      zoom,
      size,
      ratio: Math.round(size.x * ratio) / size.x,
      center: map.getCenter(),
      corner,
      pixelOrigin,
      west: origin.x / world,
      north: origin.y / world,
      east: (origin.x + size.x) / world,
      south: (origin.y + size.y) / world,
      place: (x, y) => ({ x: x * world - origin.x, y: y * world - origin.y }),
      world: (x, y) => ({ x: (x + origin.x) / world, y: (y + origin.y) / world }),
    };
  },
  /** Layer point of the upper left corner of the newest view. */
  corner() {
    return this.view.corner;
  },
});

/** World coordinates (0…1) of a position. */
export function worldOf({ lat, lon }) {
  const spot = CRS.EPSG3857.latLngToPoint(latLng(lat, lon), 0);
  return { x: spot.x / 256, y: spot.y / 256 };
}

/** Position of world coordinates. */
export function positionOf({ x, y }) {
  const spot = CRS.EPSG3857.pointToLatLng(point(x * 256, y * 256), 0);
  return { lat: spot.lat, lon: spot.lng };
}

/** Pixels that an arrow key moves a marker; ten times as many with the shift key. */
const KEY_STEP = 2;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Let arrow keys move a marker that has the focus. */
function moveByKeys(marker, onMove) {
  marker.getElement().addEventListener("keydown", (event) => {
    const way = ARROWS[event.key];
    if (!way) return;
    event.preventDefault();
    event.stopPropagation();
    const map = marker._map;
    const by = point(way).multiplyBy(event.shiftKey ? 10 * KEY_STEP : KEY_STEP);
    const to = map.layerPointToLatLng(map.latLngToLayerPoint(marker.getLatLng()).add(by));
    marker.setLatLng(to);
    onMove({ lat: to.lat, lon: to.lng });
  });
}

/** A marker that is dragged, or moved by arrow keys, to say where a tree stands. */
export function dragMarker({ lat, lon }, label, onMove) {
  const icon = new DivIcon({ className: "baum-target", iconSize: [48, 48], iconAnchor: [24, 24] });
  const marker = new Marker([lat, lon], {
    draggable: true,
    autoPan: true,
    icon,
    keyboard: true,
    alt: label,
    title: label,
    zIndexOffset: 1000,
  });
  marker.on("dragend", () => onMove({ lat: marker.getLatLng().lat, lon: marker.getLatLng().lng }));
  marker.on("add", () => moveByKeys(marker, onMove));
  return marker;
}

/**
 * The own position: a dot, and a circle as wide as the fix may be wrong.
 *
 * @returns {{show: (fix: {lat: number, lon: number, accuracy_m: number}, usable: boolean) => void}}
 */
export function positionMark(map) {
  const look = (part) => ({ interactive: false, className: `field-position__${part}` });
  const circle = new Circle([0, 0], { radius: 1, ...look("circle") });
  const dot = new CircleMarker([0, 0], { radius: 9, ...look("dot") });
  return {
    show({ lat, lon, accuracy_m }, usable) {
      circle.setLatLng([lat, lon]).setRadius(accuracy_m);
      dot.setLatLng([lat, lon]);
      if (!map.hasLayer(dot)) map.addLayer(circle).addLayer(dot);
      for (const layer of [circle, dot]) layer.getElement()?.classList.toggle("is-rough", !usable);
    },
  };
}

/** A ring around the chosen tree; an element, so that no tile is painted again. */
export function choiceMark(map) {
  const icon = new DivIcon({ className: "field-chosen", iconSize: [46, 46], iconAnchor: [23, 23] });
  const marker = new Marker([0, 0], { icon, interactive: false, keyboard: false, zIndexOffset: -100 });
  return {
    show({ lat, lon }) {
      marker.setLatLng([lat, lon]);
      if (!map.hasLayer(marker)) map.addLayer(marker);
    },
    hide: () => map.removeLayer(marker),
  };
}

/** A polygon whose corners are set one by one; `show([])` takes it away. */
export function drawnRing(map) {
  const shape = new Polygon([], { interactive: false, className: "field-ring", weight: 4 });
  let corners = [];
  return {
    /** @param {[number, number][]} ring lon, lat */
    show(ring) {
      for (const corner of corners) map.removeLayer(corner);
      corners = ring.map(([lon, lat]) =>
        new CircleMarker([lat, lon], { radius: 8, interactive: false, className: "field-ring__corner" })
      );
      shape.setLatLngs(ring.map(([lon, lat]) => [lat, lon]));
      if (!ring.length) return map.removeLayer(shape);
      if (!map.hasLayer(shape)) map.addLayer(shape);
      for (const corner of corners) map.addLayer(corner);
    },
  };
}

export { DomEvent, latLng, latLngBounds, point };
