/** Positions of the tablet, one after the other, and why there are none. */

import { t } from "baum/io/words.js";

const OLDEST_MS = 5_000;
const WAIT_MS = 20_000;

function sentenceOf(problem) {
  if (problem.code === problem.PERMISSION_DENIED) {
    return t("Die App darf die Position nicht sehen. In den Einstellungen des Browsers erlauben.");
  }
  return t("Die Position ist gerade nicht zu bestimmen.");
}

/**
 * Follow the position.
 *
 * @param {(fix: {lon: number, lat: number, accuracy_m: number, heading: number|null, speed: number|null,
 *   at: number}) => void} onFix
 * @param {(problem: {kind: "denied"|"none"|"missing", sentence: string}) => void} onProblem
 * @returns {() => void} stop
 */
export function watch(onFix, onProblem) {
  if (!navigator.geolocation) {
    onProblem({ kind: "missing", sentence: t("Dieses Gerät kennt seine Position nicht.") });
    return () => {};
  }
  const id = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) =>
      onFix({
        lon: coords.longitude,
        lat: coords.latitude,
        accuracy_m: Math.round(coords.accuracy * 10) / 10,
        heading: Number.isFinite(coords.heading) ? coords.heading : null,
        speed: Number.isFinite(coords.speed) ? coords.speed : null,
        at: timestamp,
      }),
    (problem) =>
      onProblem({
        kind: problem.code === problem.PERMISSION_DENIED ? "denied" : "none",
        sentence: sentenceOf(problem),
      }),
    { enableHighAccuracy: true, maximumAge: OLDEST_MS, timeout: WAIT_MS },
  );
  return () => navigator.geolocation.clearWatch(id);
}
