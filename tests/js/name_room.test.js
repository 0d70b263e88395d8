// Room for names on the map: off the badges of trees and off the symbols that reach out of them.
import assert from "node:assert/strict";
import { StateTable } from "baum/core/states.js";
import { circles, Placed } from "baum/map/name_room.js";
import { paintBadge } from "baum/map/tree_paint.js";

const TABLE = new StateTable(JSON.parse(Deno.readTextFileSync("inspections/rules/states.json")));
const VIEW = { size: { x: 400, y: 300 }, place: (x, y) => ({ x, y }) };
/** A badge with a radius of 30 pixels, and a name beside one of its corners that does not touch the badge. */
const BADGE = { x: 200, y: 150, count: 100_000, state: "overdue", immediate: false };
const corner = (right, down) => ["Altstadt", 200 + right * 60, 150 + down * 36.5, 60, 15];

Deno.test("a name keeps off the symbol at the upper right of a badge, and may stand at its other corners", () => {
  const free = (...where) => new Placed(circles([BADGE], VIEW)).take(...corner(...where));
  assert.deepEqual([free(1, -1), free(-1, -1), free(-1, 1), free(1, 1)], [false, true, true, true]);
});

Deno.test("the symbol is painted in the middle of the room that is kept for it", () => {
  const context = new Proxy({}, { get: () => () => {}, set: () => true });
  const spots = [];
  const symbols = { table: TABLE, brush: () => (_context, _state, _immediate, x, y) => spots.push({ x, y }) };
  paintBadge(context, { ...BADGE, at: { x: BADGE.x, y: BADGE.y } }, symbols, 1);
  const [, { x, y }] = circles([BADGE], VIEW);
  assert.deepEqual(spots, [{ x, y }]);
});
