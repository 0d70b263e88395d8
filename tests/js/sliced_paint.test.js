// Paints and tiles in slices: how much runs in one turn, what a newer view does to an older paint.
import assert from "node:assert/strict";
import { StateTable } from "baum/core/states.js";
import { Behind } from "baum/map/behind.js";
import { TURN_ENDS, Walker } from "baum/map/steps.js";
import { paintFeatures } from "baum/map/tree_paint.js";

const TABLE = new StateTable(JSON.parse(Deno.readTextFileSync("inspections/rules/states.json")));

/** A page whose turns and clock the test holds. */
function page() {
  const turns = [];
  const clock = { now: 0 };
  const walker = new Walker({ now: () => clock.now, later: (task) => turns.push(task) });
  return {
    clock,
    walker,
    /** One turn of the page; false: nothing asked for one. */
    turn() {
      const task = turns.shift();
      task?.();
      return Boolean(task);
    },
    /** All turns; promises are kept in between. */
    async rest() {
      let number = 0;
      for (; this.turn(); number += 1) await Promise.resolve();
      await Promise.resolve();
      return number;
    },
  };
}

/** Steps of a paint that take so long each; what is shown is the view itself. */
function easel(held, shown, { steps = 10, ms = 2 } = {}) {
  const begun = [];
  const behind = new Behind(function* (view) {
    begun.push(view);
    for (let i = 0; i < steps; i += 1) {
      held.clock.now += ms;
      yield;
    }
    shown.push(view);
  }, held.walker);
  return { behind, begun };
}

Deno.test("a turn ends when its milliseconds are over, and the next one goes on", async () => {
  const held = page();
  const done = [];
  const walk = held.walker.walk(function* () {
    for (let i = 0; i < 9; i += 1) {
      held.clock.now += 2;
      done.push(i);
      yield;
    }
    return "all";
  }());
  assert.deepEqual(done, [], "nothing at once");
  held.turn();
  assert.deepEqual(done, [0, 1, 2]);
  held.turn();
  assert.deepEqual(done, [0, 1, 2, 3, 4, 5]);
  await held.rest();
  assert.equal(await walk.done, "all");
});

Deno.test("a step can end its turn, and lets the others go first", async () => {
  const held = page();
  const order = [];
  const steps = (name, value) =>
    function* () {
      for (let i = 0; i < 2; i += 1) {
        order.push(name);
        yield value;
      }
      return TURN_ENDS;
    }();
  const walk = held.walker.walk(steps("drawing", TURN_ENDS));
  held.walker.walk(steps("reading"));
  held.turn();
  assert.deepEqual(order, ["drawing"]);
  held.turn();
  assert.deepEqual(order, ["drawing", "reading", "reading"]);
  await held.rest();
  assert.deepEqual(order, ["drawing", "reading", "reading", "drawing"]);
  assert.equal(await walk.done, TURN_ENDS);
});

Deno.test("two walks take turns, and one that breaks does not stop the other", async () => {
  const held = page();
  const order = [];
  const steps = (name) =>
    function* () {
      for (let i = 0; i < 2; i += 1) {
        held.clock.now += 7;
        order.push(name);
        yield;
      }
    }();
  held.walker.walk(steps("a"));
  held.walker.walk(steps("b"));
  const broken = held.walker.walk(function* () {
    yield;
    throw new Error("broken");
  }());
  const told = assert.rejects(broken.done, /broken/);
  await held.rest();
  await told;
  assert.deepEqual(order, ["a", "b", "a", "b"]);
});

Deno.test("a picture is shown when it is whole, not before", async () => {
  const held = page();
  const shown = [];
  const { behind } = easel(held, shown);
  behind.paint("here");
  held.turn();
  held.turn();
  assert.deepEqual(shown, []);
  await held.rest();
  assert.deepEqual(shown, ["here"]);
});

Deno.test("a newer view drops the paint of an older one", async () => {
  const held = page();
  const shown = [];
  const { behind, begun } = easel(held, shown);
  behind.paint("older");
  held.turn();
  behind.paint("newer");
  await held.rest();
  assert.deepEqual([begun, shown], [["older", "newer"], ["newer"]]);
});

Deno.test("what comes during a paint is painted once, after it: many tiles do not keep it from ending", async () => {
  const held = page();
  const shown = [];
  const { behind, begun } = easel(held, shown);
  behind.paint("here");
  behind.again();
  for (let i = 0; i < 3; i += 1) {
    held.turn();
    behind.again();
  }
  await held.rest();
  assert.deepEqual([begun, shown], [["here", "here"], ["here", "here"]]);
  behind.again();
  await held.rest();
  assert.equal(shown.length, 3);
});

Deno.test("a dropped paint never shows itself, and nothing waits behind it", async () => {
  const held = page();
  const shown = [];
  const { behind } = easel(held, shown);
  behind.paint("here");
  held.turn();
  behind.again();
  behind.drop();
  await held.rest();
  assert.deepEqual(shown, []);
});

/** Errors that are reported while a test runs. */
async function reported(test) {
  const errors = [];
  const note = (event) => {
    event.preventDefault();
    errors.push(event.error.message);
  };
  globalThis.addEventListener("error", note);
  try {
    await test();
  } finally {
    globalThis.removeEventListener("error", note);
  }
  return errors;
}

Deno.test("a picture that cannot be shown does not keep away what came meanwhile", async () => {
  const held = page();
  const shown = [];
  const errors = await reported(async () => {
    const behind = new Behind(
      function* (view) {
        yield;
        return view;
      },
      held.walker,
      (picture) => {
        shown.push(picture);
        if (shown.length === 1) throw new Error("broken");
      },
    );
    behind.paint("here");
    held.clock.now = 0;
    held.walker.now = () => held.clock.now += 10;
    held.turn();
    behind.again();
    await held.rest();
    await held.rest();
    await new Promise((resolve) => setTimeout(resolve));
  });
  assert.deepEqual([shown, errors], [["here", "here"], ["broken"]]);
});

Deno.test("a paint that breaks is done once more, and then only when somebody asks", async () => {
  const held = page();
  const shown = [];
  let [begun, broken, failed] = [0, 2, 0];
  const behind = new Behind(
    // deno-lint-ignore require-yield
    function* (view) {
      begun += 1;
      if (broken-- > 0) throw new Error("broken");
      return view;
    },
    held.walker,
    (picture) => shown.push(picture),
    () => failed += 1,
  );
  const settle = async () => {
    for (let i = 0; i < 4; i += 1) await held.rest();
  };
  const errors = await reported(async () => {
    behind.paint("here");
    await settle();
    assert.deepEqual([begun, failed, shown], [2, 1, []]);
    behind.again();
    await settle();
    assert.deepEqual([begun, failed, shown], [3, 1, ["here"]]);
    broken = 1;
    behind.paint("there");
    await settle();
  });
  assert.deepEqual([begun, failed, shown], [5, 1, ["here", "there"]]);
  assert.deepEqual(errors, ["broken", "broken", "broken"]);
});

/** A context that only counts what is drawn. */
function countingContext(drawn) {
  const ignore = () => {};
  return new Proxy({}, {
    get: (_, name) => name === "measureText" ? () => ({ width: 10 }) : name === "drawn" ? drawn : ignore,
    set: () => true,
  });
}

Deno.test("no step of painting draws more than fifty trees; the most dangerous come last, none outside", () => {
  const order = [];
  const symbols = { table: TABLE, brush: () => (_context, state) => order.push(state) };
  const states = TABLE.codes();
  const trees = Array.from({ length: 2000 }, (_, i) => ({
    kind: "tree",
    id: `${i}`,
    x: i % 2 ? 0.5 : 5,
    y: 0.5,
    state: states[i % states.length],
    immediate: false,
  }));
  const view = {
    zoom: 16,
    size: { x: 100, y: 100 },
    ratio: 1,
    place: (x, y) => ({ x: x * 100, y: y * 100 }),
  };
  const steps = paintFeatures(countingContext([]), view, trees, symbols, "");
  for (let before = 0, end = false; !end; before = order.length) {
    end = steps.next().done;
    assert.ok(order.length - before <= 50, `${order.length - before} in one step`);
  }
  assert.equal(order.length, 1000);
  const ranks = order.map((state) => TABLE.rank(state));
  assert.deepEqual(ranks, [...ranks].sort((a, b) => a - b));
});
