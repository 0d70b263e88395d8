/** The tablet's map: own position, trees, taps; pages/field.js wires it to sheet and screens. */

import { STATES } from "baum/io/states.js";
import { keptTile } from "baum/io/field/tiles.js";
import { BaseLayers } from "baum/map/base_layer.js";
import { FieldLayer, TREE_ZOOM } from "baum/map/field_layer.js";
import { addWords, choiceMark, createMap, drawnRing, positionMark } from "baum/map/port.js";
import { Symbols } from "baum/map/symbols.js";
import { t } from "baum/io/words.js";

/** The view at the own position shows single trees with their numbers nearly. */
export const NEAR_ZOOM = 18;
/** Metres of a pixel at the equator and zoom 0. */
const EARTH_PIXEL_M = 156_543.034;

/** Fires "tree" {id}, "follow" {on} and "moved". */
export class FieldMap extends EventTarget {
  /**
   * @param {HTMLElement} element
   * @param {{center: [number, number], zoom?: number, basemaps: object[]}} config center: lat, lon
   * @param {import("baum/map/field_points.js").FieldPoints} points
   */
  constructor(element, config, points) {
    super();
    this.element = element;
    element.setAttribute("aria-label", t("Karte mit den mitgenommenen Bäumen"));
    element.setAttribute("role", "application");
    this.map = createMap(element, { center: config.center, zoom: config.zoom ?? 14 }, { controls: false });
    addWords(this.map, "topleft", "topleft");
    this.bases = new BaseLayers(this.map, config.basemaps, keptTile);
    this.points = points;
    this.layer = new FieldLayer({ symbols: new Symbols(STATES), points }).addTo(this.map);
    this.position = positionMark(this.map);
    this.choice = choiceMark(this.map);
    this.ring = drawnRing(this.map);
    this.covered = { right: 0, bottom: 0 };
    this.following = false;
    this.fix = null;
    this.#listen();
  }

  #listen() {
    this.map.on("click", ({ latlng }) => this.#tap({ lat: latlng.lat, lon: latlng.lng }));
    this.map.on("dragstart", () => this.follow(false));
    this.map.on("moveend", () => this.dispatchEvent(new Event("moved")));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(this.element);
  }

  #tap(at) {
    if (this.taps) return this.taps([at.lon, at.lat]);
    const found = this.layer.hit(at, this.metresPerPixel());
    if (found?.tree) this.dispatchEvent(new CustomEvent("tree", { detail: { id: found.tree.id } }));
    else if (found?.badge) {
      this.follow(false);
      this.goTo(found.badge, Math.min(this.map.getZoom() + 2, TREE_ZOOM + 1));
    }
  }

  metresPerPixel() {
    const { lat } = this.map.getCenter();
    return EARTH_PIXEL_M * Math.cos(lat * Math.PI / 180) / 2 ** this.map.getZoom();
  }

  /** Show a base map of the configured ones. */
  base(id) {
    return this.bases.show(id);
  }

  /** Pixels of the map that sheet and thumb zone cover. */
  cover(covered) {
    this.covered = { right: 0, bottom: 0, ...covered };
  }

  /** Bring a position to the middle of what is free to see. */
  goTo({ lat, lon }, zoom = this.map.getZoom(), { animate = true } = {}) {
    const spot = this.map.project([lat, lon], zoom);
    spot.x += this.covered.right / 2;
    spot.y += this.covered.bottom / 2;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.map.setView(this.map.unproject(spot, zoom), zoom, { animate: animate && !calm, duration: 0.18 });
  }

  /** Show a whole box [west, south, east, north]. */
  showBox([west, south, east, north]) {
    this.map.fitBounds([[south, west], [north, east]], {
      animate: false,
      maxZoom: NEAR_ZOOM,
      paddingBottomRight: [this.covered.right, this.covered.bottom],
    });
  }

  /** Position in the middle of what is free to see. */
  middle() {
    const size = this.map.getSize();
    const at = this.map.containerPointToLatLng([
      (size.x - this.covered.right) / 2,
      (size.y - this.covered.bottom) / 2,
    ]);
    return { lat: at.lat, lon: at.lng };
  }

  /** [west, south, east, north] of the view. */
  box() {
    const bounds = this.map.getBounds();
    return [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()];
  }

  /** Keep the own position in the middle, or let the map rest. */
  follow(on) {
    if (this.following === on) return;
    this.following = on;
    if (on && this.fix) this.goTo(this.fix, Math.max(this.map.getZoom(), NEAR_ZOOM - 1));
    this.dispatchEvent(new CustomEvent("follow", { detail: { on } }));
  }

  /** @param {{lat: number, lon: number, accuracy_m: number}} fix @param {boolean} usable good enough */
  showFix(fix, usable) {
    this.position.show(fix, usable);
    if (!usable) return;
    const first = !this.fix;
    this.fix = fix;
    if (this.following) this.goTo(fix, first ? NEAR_ZOOM : this.map.getZoom(), { animate: !first });
  }

  /** Mark a tree; null for none. */
  choose(point) {
    if (point) this.choice.show(point);
    else this.choice.hide();
  }

  /** Bring a tree into sight if it is not, or if it lies under the sheet. */
  reveal(point) {
    const at = this.map.latLngToContainerPoint([point.lat, point.lon]);
    const size = this.map.getSize();
    const [right, bottom] = [size.x - this.covered.right - 40, size.y - this.covered.bottom - 40];
    const near = this.map.getZoom() >= TREE_ZOOM + 1;
    if (near && at.x > 40 && at.y > 90 && at.x < right && at.y < bottom) return;
    this.goTo(point, near ? this.map.getZoom() : NEAR_ZOOM, { animate: near });
  }

  /** Taps go to `listener` (lon, lat) until it is taken back with null. */
  takeTaps(listener) {
    this.taps = listener;
  }

  zoomBy(step) {
    this.map.setZoom(this.map.getZoom() + step);
  }
}
