/** Does small jobs of painting one after the other, at most 8 ms of them in a frame; base and trees queue them. */

const SLICE_MS = 8;
/** Canvases that may change in one frame: the browser draws them only after our work, outside our clock. */
const MOST = 4;
/** A frame that took longer says that the device is busy: one canvas less in the next. */
const LONG_FRAME_MS = 24;

class Slices {
  constructor() {
    this.jobs = [];
    this.asked = false;
    this.most = 2;
    this.before = 0;
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

  /** More canvases a frame while frames are quick, fewer when they are not. */
  #adapt() {
    const now = performance.now();
    const took = now - this.before;
    this.before = now;
    if (took > LONG_FRAME_MS) this.most = 1;
    else this.most = Math.min(MOST, this.most + 1);
  }

  #work() {
    this.asked = false;
    this.#adapt();
    const end = performance.now() + SLICE_MS;
    for (let done = 0; this.jobs.length && done < this.most && performance.now() < end; done += 1) {
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
