/** Does small jobs of painting one after the other, at most 8 ms of them in a frame; field_layer.js queues them. */

const SLICE_MS = 8;

class Slices {
  constructor() {
    this.jobs = [];
    this.asked = false;
  }

  /** Do a job soon; resolves when it is done. */
  run(job) {
    return new Promise((resolve, reject) => {
      this.jobs.push({ job, resolve, reject });
      this.#ask();
    });
  }

  #ask() {
    if (this.asked) return;
    this.asked = true;
    // A hidden page gets no frames, and needs its canvases all the same when it comes back.
    if (document.hidden) setTimeout(() => this.#work());
    else requestAnimationFrame(() => this.#work());
  }

  #work() {
    this.asked = false;
    const end = performance.now() + SLICE_MS;
    while (this.jobs.length && performance.now() < end) {
      const { job, resolve, reject } = this.jobs.shift();
      try {
        resolve(job());
      } catch (error) {
        reject(error);
      }
    }
    if (this.jobs.length) this.#ask();
  }
}

export const slices = new Slices();
