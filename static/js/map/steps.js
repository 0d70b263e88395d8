/**
 * Walks through iterators, a few milliseconds in each turn of the page: input and frames come in between.
 *
 * For work that nobody sees before it is done: reading tiles and painting behind the picture that is shown.
 */

/** Milliseconds of steps in one turn; a frame has 16. */
const TURN_MS = 6;

/** A step that yields this ends its turn: what it drew takes the browser more time than it took us. */
export const TURN_ENDS = Symbol("turn ends");

/** Calls back in a task of its own, without the pause that timers make. */
function inTurn() {
  let channel = null;
  const waiting = [];
  return (task) => {
    if (!channel) {
      channel = new MessageChannel();
      channel.port1.onmessage = () => waiting.shift()();
    }
    waiting.push(task);
    channel.port2.postMessage(0);
  };
}

export class Walker {
  /** @param {{now?: () => number, later?: (task: () => void) => void}} [clock] for tests */
  constructor({ now = () => performance.now(), later = inTurn() } = {}) {
    this.now = now;
    this.later = later;
    this.walks = [];
    this.asked = false;
  }

  /**
   * Walk through the steps, beginning soon; several walks take turns.
   *
   * @param {Iterator} steps
   * @returns {{done: Promise<any>, stop: () => void}} done: what the last step returned; stop: leave the rest
   *   undone, `done` then never comes
   */
  walk(steps) {
    const walk = { steps };
    const done = new Promise((resolve, reject) => Object.assign(walk, { resolve, reject }));
    this.walks.push(walk);
    this.#ask();
    return { done, stop: () => this.#stop(walk) };
  }

  #stop(walk) {
    if (!this.walks.includes(walk)) return;
    this.walks = this.walks.filter((each) => each !== walk);
    walk.steps.return?.();
  }

  #ask() {
    if (this.asked || !this.walks.length) return;
    this.asked = true;
    this.later(() => this.#turn());
  }

  #turn() {
    this.asked = false;
    const end = this.now() + TURN_MS;
    // At least one step, however late it is.
    while (this.walks.length) {
      const walk = this.walks[0];
      const { done, value } = this.#step(walk);
      if (done) this.walks = this.walks.filter((each) => each !== walk);
      if (value === TURN_ENDS || this.now() >= end) break;
    }
    // Whoever had this turn is the last in the next.
    if (this.walks.length > 1) this.walks.push(this.walks.shift());
    this.#ask();
  }

  /** One step, and whether it was the last one. */
  #step(walk) {
    try {
      const step = walk.steps.next();
      if (step.done) walk.resolve(step.value);
      return step;
    } catch (error) {
      walk.reject(error);
      return { done: true };
    }
  }
}

export const walker = new Walker();
