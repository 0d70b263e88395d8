// What was typed survives a reload, belongs to one person, and does not live for ever.
import assert from "node:assert/strict";
import { Drafts } from "baum/core/drafts.js";

class Store {
  kept = new Map();
  getItem = (key) => this.kept.get(key) ?? null;
  setItem = (key, value) => this.kept.set(key, value);
  removeItem = (key) => this.kept.delete(key);
}

const DAY = 86_400_000;

Deno.test("a draft comes back for the same form, tree and person only", () => {
  const store = new Store();
  const drafts = new Drafts(store, "anke", () => 1000);
  assert.equal(drafts.keep("edit", "t1", { height: "12" }), true);
  assert.deepEqual(drafts.find("edit", "t1"), { at: 1000, values: { height: "12" } });
  assert.equal(drafts.find("edit", "t2"), null);
  assert.equal(drafts.find("fell", "t1"), null);
  assert.equal(new Drafts(store, "karla", () => 1000).find("edit", "t1"), null);
});

Deno.test("a dropped draft is gone", () => {
  const drafts = new Drafts(new Store(), "anke", () => 0);
  drafts.keep("edit", "t1", {});
  drafts.drop("edit", "t1");
  assert.equal(drafts.find("edit", "t1"), null);
});

Deno.test("a draft is forgotten after two weeks", () => {
  let now = 0;
  const drafts = new Drafts(new Store(), "anke", () => now);
  drafts.keep("edit", "t1", {});
  now = 14 * DAY - 1;
  assert.notEqual(drafts.find("edit", "t1"), null);
  now = 14 * DAY;
  assert.equal(drafts.find("edit", "t1"), null);
});

Deno.test("a full or broken store loses no form", () => {
  const fail = () => {
    throw new Error("quota");
  };
  const drafts = new Drafts({ getItem: fail, setItem: fail, removeItem: fail }, "anke", () => 0);
  assert.equal(drafts.keep("edit", "t1", {}), false);
  assert.equal(drafts.find("edit", "t1"), null);
  drafts.drop("edit", "t1");
});

Deno.test("spoilt text in the store is no draft", () => {
  const store = new Store();
  const drafts = new Drafts(store, "anke", () => 0);
  drafts.keep("edit", "t1", {});
  store.setItem([...store.kept.keys()][0], "{");
  assert.equal(drafts.find("edit", "t1"), null);
});
