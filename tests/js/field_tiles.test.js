// Tiles of an area, outlines of groups, sizes and moments of photos.
import assert from "node:assert/strict";
import { takenAt } from "baum/core/field/exif.js";
import {
  closedRing,
  cornersOf,
  crossesItself,
  groupProblems,
  ringArea,
  ringProblem,
  ringProblems,
} from "baum/core/field/groups.js";
import { fitted } from "baum/core/field/photo_size.js";
import { tileCount, tilesOf } from "baum/core/field/tile_cover.js";

const names = (tiles) => tiles.map(({ z, x, y }) => `${z}/${x}/${y}`);

Deno.test("a position lies in the tile that every web map names", () => {
  const point = [[8.2146, 53.1435]];
  assert.deepEqual(names(tilesOf({ outline: point }, [0, 12, 16])), [
    "0/0/0",
    "12/2141/1331",
    "16/34263/21304",
  ]);
});

Deno.test("a box takes all its tiles, zoom by zoom", () => {
  const bbox = [8.2, 53.13, 8.23, 53.15];
  const tiles = tilesOf({ bbox }, [14, 15]);
  assert.equal(tiles.length, tileCount({ bbox }, [14, 15]));
  assert.equal(new Set(names(tiles)).size, tiles.length);
  const [z14, z15] = [14, 15].map((z) => tiles.filter((tile) => tile.z === z));
  for (const { x, y } of z15) {
    assert.ok(z14.some((tile) => tile.x === x >> 1 && tile.y === y >> 1), "each has its parent");
  }
  assert.deepEqual(tilesOf({}, [14]), []);
  assert.deepEqual(tilesOf({ outline: null, bbox: null }, [14]), []);
  assert.equal(tileCount({ bbox: [-180, -90, 180, 90] }, [3]), 64);
});

/** The wanted cover, told by samples: every tile that holds a point of the polygon's inside or edge. */
function sampled(ring, z) {
  const found = new Set();
  const side = 2 ** z;
  const tile = ([lon, lat]) => {
    const s = Math.sin(lat * Math.PI / 180);
    return [
      Math.floor((lon + 180) / 360 * side),
      Math.floor((0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * side),
    ];
  };
  const inside = ([x, y]) => {
    let odd = false;
    for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
      const [[xi, yi], [xj, yj]] = [ring[i], ring[j]];
      if (yi > y !== yj > y && x < (xj - xi) * (y - yi) / (yj - yi) + xi) odd = !odd;
    }
    return odd;
  };
  const [lons, lats] = [ring.map((p) => p[0]), ring.map((p) => p[1])];
  const step = 0.00037;
  for (let lon = Math.min(...lons); lon <= Math.max(...lons); lon += step) {
    for (let lat = Math.min(...lats); lat <= Math.max(...lats); lat += step) {
      if (inside([lon, lat])) found.add(`${z}/${tile([lon, lat]).join("/")}`);
    }
  }
  for (const [at, [x1, y1]] of ring.entries()) {
    const [x2, y2] = ring[(at + 1) % ring.length];
    for (let part = 0; part <= 1; part += 1 / 20_000) {
      found.add(`${z}/${tile([x1 + (x2 - x1) * part, y1 + (y2 - y1) * part]).join("/")}`);
    }
  }
  return found;
}

const HOOK = [[8.2, 53.13], [8.26, 53.13], [8.26, 53.16], [8.254, 53.16], [8.254, 53.134], [8.2, 53.134]];
/** Slanted sides of all directions. */
const STAR = [[8.2, 53.13], [8.213, 53.139], [8.23, 53.1313], [8.2217, 53.1472], [8.2311, 53.1601], [
  8.2143,
  53.1537,
], [
  8.2029,
  53.1617,
], [8.2051, 53.1466]];

Deno.test("a polygon takes what it covers, and not its whole box", () => {
  for (const [ring, z] of [[HOOK, 13], [HOOK, 15], [HOOK, 16], [STAR, 14], [STAR, 15]]) {
    const tiles = new Set(names(tilesOf({ outline: ring }, [z])));
    const wanted = sampled(ring, z);
    assert.deepEqual([...tiles].sort(), [...wanted].sort());
  }
  const bbox = [8.2, 53.13, 8.26, 53.16];
  assert.ok(tileCount({ outline: HOOK }, [16]) < 0.5 * tileCount({ bbox }, [16]));
  const closed = [...HOOK, HOOK[0]];
  assert.deepEqual(tilesOf({ outline: closed }, [16]), tilesOf({ outline: HOOK }, [16]));
  assert.deepEqual(tilesOf({ outline: HOOK, bbox: [0, 0, 1, 1] }, [16]), tilesOf({ outline: HOOK }, [16]));
});

Deno.test("a tile larger than the area is still one", () => {
  const small = [[8.2101, 53.1401], [8.2102, 53.1401], [8.2102, 53.1402]];
  assert.equal(tileCount({ outline: small }, [10, 11, 12]), 3);
});

Deno.test("photos fit into 1600 pixels and keep their proportions", () => {
  const size = (...args) => {
    const { width, height } = fitted(...args);
    return [width, height];
  };
  assert.deepEqual(size(4000, 3000), [1600, 1200]);
  assert.deepEqual(size(3000, 4000), [1200, 1600]);
  assert.deepEqual(size(1600, 900), [1600, 900]);
  assert.deepEqual(size(640, 480), [640, 480]);
  assert.deepEqual(size(100_000, 3), [1600, 1]);
  assert.deepEqual(size(800, 600, 400), [400, 300]);
  assert.throws(() => fitted(0, 10), RangeError);
});

const SQUARE = [[8.2, 53.1], [8.2015, 53.1], [8.2015, 53.1009], [8.2, 53.1009]];

Deno.test("the area of a ring, whichever way round, closed or not", () => {
  const wanted = 0.0015 * 111_195 * Math.cos(53.1 * Math.PI / 180) * 0.0009 * 111_195;
  for (const ring of [SQUARE, [...SQUARE].reverse(), [...SQUARE, SQUARE[0]]]) {
    assert.ok(Math.abs(ringArea(ring) - wanted) < 1, String(ringArea(ring)));
  }
  assert.equal(ringArea([]), 0);
  assert.equal(closedRing(SQUARE).length, 5);
  assert.equal(closedRing([...SQUARE, SQUARE[0]]).length, 5);
  assert.equal(cornersOf([SQUARE[0], SQUARE[0], SQUARE[1]]).length, 2);
});

Deno.test("an outline has three corners, one inside and a sensible size", () => {
  const [a, b, c, d] = SQUARE;
  const problem = (ring) => ringProblems(ring).join();
  assert.equal(problem(SQUARE), "");
  assert.equal(problem([a, b, c]), "");
  assert.match(problem([a, b]), /drei Ecken/);
  assert.match(problem([a, b, a, b]), /überschneidet|drei Ecken/);
  assert.match(problem([a, b, b, a]), /drei Ecken/);
  assert.match(problem([a, c, b, d]), /überschneidet/);
  assert.match(problem([a, [8.2010, 53.1], [8.2005, 53.1], d]), /überschneidet/, "a side that runs back");
  assert.match(problem([a, b, c, [8.2007, 53.1]]), /überschneidet/, "a corner on another side");
  assert.match(problem([a, [8.2 + 1e-6, 53.1], [8.2, 53.1 + 1e-6]]), /kleiner/);
  assert.match(problem([[8, 53], [8.1, 53], [8.1, 53.1]]), /zu groß/);
  assert.equal(crossesItself([...SQUARE, SQUARE[0]]), false);
  const u = [[0, 0], [6, 0], [6, 3], [4, 3], [4, 1], [2, 1], [2, 3], [0, 3]].map((
    [x, y],
  ) => [x * 1e-4, y * 1e-4]);
  assert.equal(problem(u), "", "two sides on one line, apart");
  assert.equal(problem(u.map(([x, y]) => [y, x])), "");
});

Deno.test("an area to take along may be larger than a group", () => {
  assert.equal(ringProblem([[8, 53], [8.1, 53], [8.1, 53.1]]), null);
  const [a, b, c, d] = SQUARE;
  assert.match(ringProblem([a, c, b, d]), /überschneidet/);
  assert.match(ringProblem([a, b]), /drei Ecken/);
});

Deno.test("a group is checked by field", () => {
  const group = (changes) => Object.keys(groupProblems({ place: "p", ring: SQUARE, ...changes })).join();
  const shares = (...percents) => percents.map((percent, i) => ({ species: `s${i}`, percent }));
  assert.equal(group({}), "");
  assert.equal(group({ tree_count: 12, species: shares(60, 40) }), "");
  assert.equal(group({ place: "" }), "place");
  assert.equal(group({ ring: [] }), "ring");
  assert.equal(group({ tree_count: 0 }), "tree_count");
  assert.equal(group({ tree_count: 2.5 }), "tree_count");
  assert.equal(group({ species: shares(60, 41) }), "species");
  assert.equal(group({ species: shares(0) }), "species");
  assert.equal(group({ species: [...shares(10), ...shares(10)] }), "species");
});

/** A JPEG's head with EXIF notes: DateTime, and behind the pointer DateTimeOriginal and its offset. */
function jpeg(
  { little = true, original = "2026:11:27 10:15:30", changed = "", offset = "", before = 0 } = {},
) {
  const bytes = new Uint8Array(600);
  const view = new DataView(bytes.buffer);
  let at = 0;
  const word = (value) => (view.setUint16(at, value), at += 2);
  word(0xffd8);
  if (before) {
    word(0xffe0);
    word(before + 2);
    at += before;
  }
  word(0xffe1);
  word(300);
  for (const byte of [0x45, 0x78, 0x69, 0x66, 0, 0]) bytes[at++] = byte;
  const tiff = at;
  const put16 = (place, value) => view.setUint16(tiff + place, value, little);
  const put32 = (place, value) => view.setUint32(tiff + place, value, little);
  view.setUint16(tiff, little ? 0x4949 : 0x4d4d);
  put16(2, 42);
  put32(4, 8);
  let text = 150;
  const entry = (place, tag, type, count, value) => {
    put16(place, tag);
    put16(place + 2, type);
    put32(place + 4, count);
    put32(place + 8, value);
  };
  const ascii = (place, tag, value) => {
    entry(place, tag, 2, value.length + 1, text);
    for (const letter of value) bytes[tiff + text++] = letter.charCodeAt(0);
    text++;
  };
  put16(8, 2);
  if (changed) ascii(10, 0x0132, changed);
  entry(22, 0x8769, 4, 1, 60);
  put16(60, 2);
  if (original) ascii(62, 0x9003, original);
  if (offset) ascii(74, 0x9011, offset);
  return bytes.buffer;
}

Deno.test("the moment of the shutter, in both orders of bytes", () => {
  for (const little of [true, false]) {
    assert.equal(takenAt(jpeg({ little })), "2026-11-27T10:15:30");
    assert.equal(takenAt(jpeg({ little, before: 14, offset: "+01:00" })), "2026-11-27T10:15:30+01:00");
    assert.equal(
      takenAt(jpeg({ little, original: "", changed: "2026:11:26 08:00:00" })),
      "2026-11-26T08:00:00",
    );
    assert.equal(takenAt(jpeg({ little, changed: "2026:11:28 08:00:00" })), "2026-11-27T10:15:30");
  }
});

Deno.test("no moment where the notes say none that a calendar has", () => {
  for (
    const original of [
      "0000:00:00 00:00:00",
      "2026:02:30 10:00:00",
      "2026-11-27 10:15",
      "    :  :     :  :  ",
    ]
  ) {
    assert.equal(takenAt(jpeg({ original })), null, original);
  }
  assert.equal(takenAt(jpeg({ offset: "Ortszeit" })), "2026-11-27T10:15:30");
});

Deno.test("garbage, cut files and other kinds of pictures say nothing and break nothing", () => {
  const whole = jpeg();
  for (let length = 0; length < 260; length++) takenAt(whole.slice(0, length));
  assert.equal(takenAt(whole.slice(0, 120)), null);
  assert.equal(takenAt(new ArrayBuffer(0)), null);
  assert.equal(takenAt(new TextEncoder().encode("<svg xmlns=''/>").buffer), null);
  let seed = 11;
  for (let round = 0; round < 3000; round++) {
    const bytes = new Uint8Array(jpeg({ little: round % 2 === 0 }));
    for (let i = 0; i < 6; i++) {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      bytes[2 + seed % 298] = (seed >> 8) & 255;
    }
    const found = takenAt(bytes.buffer);
    assert.ok(found === null || /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([+-]\d\d:\d\d)?$/.test(found), found);
  }
});
