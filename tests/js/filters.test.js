// The address of the map: read(write(view)) is the view again, and nonsense in it does no harm.
import assert from "node:assert/strict";
import {
  emptyFilter,
  filterQuery,
  isFiltered,
  readAddress,
  toggleState,
  writeAddress,
} from "baum/core/filters.js";

const ALL = ["overdue", "tolerance", "never", "due30", "due90", "ok", "none"];

Deno.test("a view comes back from its address", () => {
  const view = {
    filter: {
      ...emptyFilter(),
      district: ["d1", "d2"],
      state: ["overdue"],
      due_until: "2026-12-31",
      q: "Lange Straße 4",
      mine: "1",
    },
    position: { zoom: 17, lat: 53.14001, lon: 8.21002 },
    tree: "3000455e-7ecd-4112-9235-4323ef3463a3",
    tab: "kontrollen",
    base: "b1",
    past: { stichtag: "2024-03-12", lesart: "damals" },
  };
  assert.deepEqual(readAddress(writeAddress(view)), view);
});

Deno.test("an empty address asks for nothing", () => {
  const view = readAddress("");
  assert.equal(isFiltered(view.filter), false);
  assert.equal(view.position, null);
  assert.equal(writeAddress(view), "");
});

Deno.test("a position that cannot be one is left out", () => {
  for (const text of ["17/53", "x/y/z", "99/53/8", "17/95/8", "17/53/200", "17//8/3"]) {
    assert.equal(readAddress(`?lage=${text}`).position, null, text);
  }
});

Deno.test("a value stands once, a blank one not at all", () => {
  assert.deepEqual(readAddress("?state=ok&state=ok&state=&district=").filter.state, ["ok"]);
  assert.deepEqual(readAddress("?district=").filter.district, []);
});

Deno.test("the tab stands in the address only with a tree", () => {
  const view = { ...readAddress(""), tab: "fotos" };
  assert.equal(writeAddress(view), "");
});

Deno.test("counts of the legend leave the state out", () => {
  const filter = { ...emptyFilter(), state: ["ok"], unit: ["u1"] };
  assert.equal(filterQuery(filter, ["state"]).toString(), "unit=u1");
});

Deno.test("legend: the first press hides one state, the last shows all again", () => {
  assert.deepEqual(toggleState([], "ok", ALL), ALL.filter((code) => code !== "ok"));
  assert.deepEqual(toggleState(["overdue"], "tolerance", ALL), ["overdue", "tolerance"]);
  assert.deepEqual(toggleState(["overdue"], "overdue", ALL), []);
  assert.deepEqual(toggleState(ALL.slice(1), "overdue", ALL), []);
});
