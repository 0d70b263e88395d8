// Distances on the map, exact enough for a tree that is moved by some metres.

const EARTH_RADIUS_M = 6_371_008.8;
const rad = (degrees) => degrees * Math.PI / 180;

/** Metres between two positions (haversine). */
export function metresBetween(a, b) {
  const [dLat, dLon] = [rad(b.lat - a.lat), rad(b.lon - a.lon)];
  const part = Math.sin(dLat / 2) ** 2 +
    Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin(dLon / 2) ** 2;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(part));
}
