// The walking order of a tour: what comes next, and which tour is followed.

import { strict as assert } from "node:assert";
import { followedTour, stopsAhead } from "baum/core/field/tour.js";

const ORDER = ["a", "b", "c", "d"];
const CASES = [
  { name: "from the start", visited: [], where: {}, next: ["a", "b", "c", "d"] },
  { name: "after the present tree", visited: [], where: { current: "b" }, next: ["c", "d", "a"] },
  { name: "without visited ones", visited: ["c", "a"], where: { current: "b" }, next: ["d"] },
  { name: "passed over come last", visited: ["d"], where: { current: "c" }, next: ["a", "b"] },
  { name: "a tree beside the tour", visited: [], where: { current: "x" }, next: ["a", "b", "c", "d"] },
  {
    name: "only what is on board",
    visited: [],
    where: { accept: (id) => id !== "a" },
    next: ["b", "c", "d"],
  },
  { name: "all visited", visited: ["a", "b", "c", "d"], where: {}, next: [] },
];

for (const { name, visited, where, next } of CASES) {
  Deno.test(`tour: ${name}`, () => assert.deepEqual(stopsAhead({ order: ORDER, visited }, where), next));
}

Deno.test("the newest tour with trees to visit is followed", () => {
  const areas = [
    { id: "district", created_at: 9 },
    { id: "old", created_at: 1, order: ORDER },
    { id: "new", created_at: 2, order: ORDER, visited: ["a"] },
    { id: "done", created_at: 3, order: ORDER, visited: ORDER },
  ];
  assert.equal(followedTour(areas).id, "new");
  assert.equal(followedTour([areas[0], areas[3]]), null);
});
