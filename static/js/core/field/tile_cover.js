// Which tiles of the usual web map grid an area needs, so that no tile outside it is taken along.

const MOST_NORTHERN = 85.0511287798;

/**
 * @typedef {{outline?: ?number[][], bbox?: ?number[]}} Area outline as a ring [[lon, lat], …], closed or
 *   not; without one the box west, south, east, north counts
 */

/**
 * Tiles that the area touches, zoom by zoom, from north-west on.
 *
 * @param {Area} area
 * @param {number[]} zooms
 * @returns {{z: number, x: number, y: number}[]}
 */
export function tilesOf(area, zooms) {
  const tiles = [];
  for (const z of zooms) {
    for (const [y, spans] of rowsOf(area, z)) {
      for (const [first, last] of spans) for (let x = first; x <= last; x++) tiles.push({ z, x, y });
    }
  }
  return tiles;
}

/** How many tiles that are, without making a list of them. */
export function tileCount(area, zooms) {
  let count = 0;
  for (const z of zooms) {
    for (const [, spans] of rowsOf(area, z)) for (const [first, last] of spans) count += last - first + 1;
  }
  return count;
}

/** Rows of tiles: y and the spans of x in it, ordered and apart from each other. */
function* rowsOf(area, z) {
  const ring = ringOf(area).map((position) => projected(position, z));
  if (!ring.length) return;
  const last = 2 ** z - 1;
  const ys = ring.map(([, y]) => y);
  const [top, bottom] = [cell(Math.min(...ys), last), cell(Math.max(...ys), last)];
  for (let y = top; y <= bottom; y++) {
    yield [y, merged([...edgeSpans(ring, y, last), ...innerSpans(ring, y, last)])];
  }
}

function ringOf({ outline, bbox }) {
  if (outline?.length) return outline;
  if (!bbox) return [];
  const [west, south, east, north] = bbox;
  return [[west, north], [east, north], [east, south], [west, south]];
}

/** A position in units of tiles. */
function projected([lon, lat], z) {
  const side = 2 ** z;
  const bounded = Math.max(-MOST_NORTHERN, Math.min(MOST_NORTHERN, lat));
  const sine = Math.sin(bounded * Math.PI / 180);
  return [(lon + 180) / 360 * side, (0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * side];
}

const cell = (value, last) => Math.max(0, Math.min(last, Math.floor(value)));

function* edgesOf(ring) {
  for (let i = 0; i < ring.length; i++) yield [ring[i], ring[(i + 1) % ring.length]];
}

/** Tiles of a row through which the outline runs. */
function* edgeSpans(ring, row, last) {
  for (const [[x1, y1], [x2, y2]] of edgesOf(ring)) {
    if (Math.max(y1, y2) < row || Math.min(y1, y2) > row + 1) continue;
    const at = (y) => y1 === y2 ? null : x1 + (x2 - x1) * (y - y1) / (y2 - y1);
    const clipped = [[x1, y1], [x2, y2]].map(([x, y]) => y < row ? at(row) : y > row + 1 ? at(row + 1) : x);
    yield [cell(Math.min(...clipped), last), cell(Math.max(...clipped), last)];
  }
}

/** Tiles of a row whose middle lies inside: with those of the edges, all that the area touches. */
function* innerSpans(ring, row, last) {
  const middle = row + 0.5;
  const crossings = [];
  for (const [[x1, y1], [x2, y2]] of edgesOf(ring)) {
    if (y1 <= middle === y2 <= middle) continue;
    crossings.push(x1 + (x2 - x1) * (middle - y1) / (y2 - y1));
  }
  crossings.sort((a, b) => a - b);
  for (let i = 0; i + 1 < crossings.length; i += 2) {
    yield [cell(crossings[i], last), cell(crossings[i + 1], last)];
  }
}

function merged(spans) {
  const found = [];
  for (const [first, last] of spans.sort((a, b) => a[0] - b[0])) {
    const before = found.at(-1);
    if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else found.push([first, last]);
  }
  return found;
}
