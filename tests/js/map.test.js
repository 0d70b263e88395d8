// What the map computes without a map: badges, tiles of a view, distances, symbols.
import assert from "node:assert/strict";
import { badgeRadius, joinCells } from "baum/core/clusters.js";
import { metresBetween } from "baum/core/geodesy.js";
import { drawing, StateTable } from "baum/core/states.js";
import { tilesFor } from "baum/map/tile_cover.js";

const TABLE = new StateTable(JSON.parse(Deno.readTextFileSync("inspections/rules/states.json")));
const rank = (state) => TABLE.rank(state);
const cell = (x, y, count, state = "ok", immediate = false) => ({ count, state, immediate, at: { x, y } });

Deno.test("badges that would cover each other become one; no tree is lost, the worst state wins", () => {
  const cells = [cell(0, 0, 30), cell(20, 0, 10, "overdue"), cell(300, 0, 5, "due30", true)];
  const joined = joinCells(cells, rank);
  assert.equal(joined.length, 2);
  assert.deepEqual(joined.map(({ count, state, immediate }) => [count, state, immediate]), [[
    40,
    "overdue",
    false,
  ], [5, "due30", true]]);
  assert.equal(joined[0].at.x, 5);
});

Deno.test("a badge that grew by joining is joined with what it now covers", () => {
  const joined = joinCells([cell(0, 0, 100), cell(46, 0, 100), cell(10, 0, 50)], rank);
  assert.deepEqual(joined.map((each) => each.count), [250]);
});

Deno.test("after joining no two badges touch", () => {
  const cells = Array.from(
    { length: 300 },
    (_, i) => cell((i * 37) % 800, (i * 91) % 600, 1 + (i * 13) % 90),
  );
  const joined = joinCells(cells, rank);
  assert.equal(
    joined.reduce((sum, each) => sum + each.count, 0),
    cells.reduce((sum, each) => sum + each.count, 0),
  );
  joined.forEach((a, i) =>
    joined.slice(i + 1).forEach((b) => {
      assert.ok(Math.hypot(a.at.x - b.at.x, a.at.y - b.at.y) >= badgeRadius(a.count) + badgeRadius(b.count));
    })
  );
});

Deno.test("the tiles of a view: all of them, the middle first, none outside the world", () => {
  const tiles = tilesFor({ west: 0.5, east: 0.52, north: 0.3, south: 0.33 }, 6);
  assert.deepEqual(
    tiles.map((tile) => tile.key).sort(),
    ["6/32/19", "6/32/20", "6/32/21", "6/33/19", "6/33/20", "6/33/21"].sort(),
  );
  assert.match(tiles[0].key, /^6\/32\/(19|20)$/);
  assert.deepEqual(tilesFor({ west: -1, east: 2, north: -1, south: 2 }, 0).map((tile) => tile.key), [
    "0/0/0",
  ]);
});

Deno.test("metres between two positions", () => {
  const metres = metresBetween({ lat: 53.14, lon: 8.21 }, { lat: 53.141, lon: 8.21 });
  assert.ok(Math.abs(metres - 111.2) < 0.2, String(metres));
  assert.equal(metresBetween({ lat: 53, lon: 8 }, { lat: 53, lon: 8 }), 0);
});

Deno.test("the legend begins with the most dangerous state", () => {
  assert.deepEqual(TABLE.codes(), ["overdue", "tolerance", "never", "due30", "due90", "ok", "none"]);
});

Deno.test("a symbol is the state's paths, the ring lies on top and widens the box", () => {
  const plain = drawing(TABLE, "overdue", false);
  const ringed = drawing(TABLE, "overdue", true);
  assert.equal(plain.viewBox, "0 0 24 24");
  assert.equal(ringed.viewBox, TABLE.immediate.view_box);
  assert.equal(ringed.paths.length, plain.paths.length + TABLE.immediate.path.length);
  assert.deepEqual(drawing(TABLE, "immediate", false).paths, TABLE.immediate.path);
});
