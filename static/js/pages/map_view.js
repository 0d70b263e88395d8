/** Moves the map, opens and closes panel and card, shows short messages; used by pages/map.js. */

import { t } from "baum/io/words.js";
import { atRest, latLngBounds } from "baum/map/port.js";
import { alertBox, h, iconButton } from "baum/components/elements.js";

const NOTICE_MS = 6000;
/** Free pixels around a tree that is to be seen. */
const MARGIN = 60;
/** Pixels of the buttons on top of the map. */
const CORNER = 48;
/** Zoom at which one tree is looked at. */
export const NEAR_ZOOM = 18;

/** Narrow or touched screens: the panel is a drawer, the card a sheet from below. */
export const SHEET = matchMedia("(max-width: 1024px)");

export class MapView {
  constructor({ map, trees, parts }) {
    Object.assign(this, { map, trees, parts });
    this.opener = document.querySelector("#panel-open");
    this.opener.addEventListener("click", () => this.showPanel(true));
    document.querySelector("#panel-close").addEventListener("click", () => this.showPanel(false));
    new ResizeObserver(() => map.invalidateSize({ pan: false })).observe(map.getContainer());
    SHEET.addEventListener("change", () => map.invalidateSize({ pan: false }));
  }

  showPanel(open) {
    if (open === this.panelOpen) return;
    this.panelOpen = open;
    this.parts.layout.classList.toggle("has-drawer", open);
    this.opener.setAttribute("aria-expanded", String(open));
    if (open) document.querySelector("#panel-close").focus();
    else if (SHEET.matches && document.activeElement?.closest("#panel")) this.opener.focus();
  }

  /** Close the drawer if it is open; says whether it was. */
  closePanel() {
    const was = Boolean(this.panelOpen);
    this.showPanel(false);
    return was;
  }

  showCard(open) {
    this.parts.card.hidden = !open;
    this.parts.layout.classList.toggle("has-card", open);
    this.map.invalidateSize({ pan: false });
  }

  goTo({ lat, lon }, zoom = this.map.getZoom(), options = {}) {
    this.map.setView([lat, lon], zoom, options);
  }

  showBounds(bounds) {
    this.map.fitBounds(latLngBounds(bounds), { animate: false, maxZoom: 16 });
  }

  /** Go to something that was searched. */
  goToFound({ bbox, lon, lat, kind }) {
    if (bbox) {
      const [west, south, east, north] = bbox;
      this.map.fitBounds(latLngBounds([[south, west], [north, east]]), {
        maxZoom: NEAR_ZOOM,
        padding: [40, 40],
      });
    } else if (Number.isFinite(lon) && Number.isFinite(lat)) {
      this.goTo({ lat, lon }, Math.max(this.map.getZoom(), kind === "tree" ? NEAR_ZOOM : 16));
    }
  }

  /** Move the map as little as needed so that nothing covers a position. */
  keepPositionInSight(position) {
    // A flight to another zoom would end where it was meant to.
    atRest(this.map, () => this.#bringInSight(position));
  }

  #bringInSight({ lat, lon }) {
    const size = this.map.getSize();
    const at = this.map.latLngToContainerPoint([lat, lon]);
    const room = {
      left: MARGIN,
      top: MARGIN + CORNER,
      right: size.x - MARGIN,
      bottom: size.y - this.#sheetHeight(size) - MARGIN,
    };
    const by = (value, low, high) => value < low ? value - low : value > high ? value - high : 0;
    const shift = [by(at.x, room.left, room.right), by(at.y, room.top, Math.max(room.bottom, room.top + 1))];
    if (shift[0] || shift[1]) this.map.panBy(shift);
  }

  /** Pixels that the sheet covers; a sheet over everything is taken as half of it. */
  #sheetHeight(size) {
    if (!SHEET.matches || this.parts.card.hidden) return 0;
    const height = { peek: 156, half: size.y * 0.52, full: size.y * 0.52 }[this.parts.card.dataset.height];
    return height ?? 0;
  }

  /** A short message over the map; the same `key` is shown once at a time. */
  notice(kind, sentence, key = "") {
    if (key && this.parts.notices.querySelector(`[data-key="${key}"]`)) return;
    const box = h(
      "div.map-notice",
      { dataset: { key } },
      alertBox(kind, sentence),
      iconButton(t("Meldung schließen"), "close", { onclick: () => box.remove() }),
    );
    if (kind === "success") this.parts.notices.replaceChildren();
    this.parts.notices.append(box);
    if (kind !== "danger") setTimeout(() => box.remove(), NOTICE_MS);
  }

  showGroup(group) {
    const number = group.number ? ` ${group.number}` : "";
    this.notice(
      "info",
      group.count
        ? t("Baumgruppe{number} mit {n} Bäumen, als Fläche erfasst.", { number, n: group.count })
        : t("Baumgruppe{number}, als Fläche erfasst.", { number }),
    );
  }
}
