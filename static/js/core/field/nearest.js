// Where the next tree stands: distance, direction and the due ones nearest to a person.

import { metresBetween } from "baum/core/geodesy.js";
import { stateOn } from "baum/core/overdue.js";

export { metresBetween as metres };

/** States of a tree that somebody on the way has to look at. */
export const DUE_STATES = Object.freeze(["overdue", "tolerance", "due30", "never"]);

/** Compass bearing from one position to another in degrees, 0 is north, 90 east. */
export function bearing(from, to) {
  const rad = (degrees) => degrees * Math.PI / 180;
  const [lat1, lat2, dLon] = [rad(from.lat), rad(to.lat), rad(to.lon - from.lon)];
  const y = Math.sin(dLon) * Math.cos(lat2);
  const x = Math.cos(lat1) * Math.sin(lat2) - Math.sin(lat1) * Math.cos(lat2) * Math.cos(dLon);
  return (Math.atan2(y, x) * 180 / Math.PI + 360) % 360;
}

/** A bearing as one of eight directions: N, NO, O, SO, S, SW, W, NW. */
export function directionWord(degrees, t) {
  const words = [t("N"), t("NO"), t("O"), t("SO"), t("S"), t("SW"), t("W"), t("NW")];
  return words[Math.round(degrees / 45) % 8];
}

/** A distance as one reads it while walking: "8 m", "140 m", "1,2 km". */
export function distanceWords(metres, language = "de") {
  const locale = language === "en" ? "en-GB" : "de-DE";
  const written = (value, digits) => value.toLocaleString(locale, { maximumFractionDigits: digits });
  if (metres < 100) return `${Math.round(metres)} m`;
  if (metres < 995) return `${Math.round(metres / 10) * 10} m`;
  return `${written(metres / 1000, metres < 10_000 ? 1 : 0)} km`;
}

/**
 * The `n` due trees nearest to `here`; trees with an emergency count as due.
 *
 * @param {Iterable<object>} points as the tablet holds them, or a PointIndex
 * @param {{lon: number, lat: number}} here
 * @param {string} day YYYY-MM-DD
 * @param {number} n
 * @param {{states?: string[], accept?: (point: object) => boolean}} which
 * @returns {{point: object, state: string, metres: number, bearing: number}[]} nearest first
 */
export function nearestDue(points, here, day, n, { states = DUE_STATES, accept = () => true } = {}) {
  const due = (point) => (point.immediate || states.includes(stateOn(point.plan, day))) && accept(point);
  const found = typeof points.near === "function"
    ? points.near(here.lon, here.lat, n, { accept: due })
    : scanned();
  return found.map(({ point, metres }) => ({
    point,
    state: stateOn(point.plan, day),
    metres,
    bearing: bearing(here, point),
  }));

  function scanned() {
    const near = [];
    for (const point of points) if (due(point)) near.push({ point, metres: metresBetween(here, point) });
    return near.sort((a, b) => a.metres - b.metres).slice(0, n);
  }
}
