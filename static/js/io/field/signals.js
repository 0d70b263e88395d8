/** Tells this tab and every other tab of the tablet that something kept has changed. */

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("baumkataster-feld");
const signals = new Map();

/** One kind of news; listeners hear "change" with `detail`, wherever on the tablet it happened. */
class Signal extends EventTarget {
  #name;

  constructor(name) {
    super();
    this.#name = name;
    signals.set(name, this);
  }

  /** Say it here and in the other tabs. */
  tell(detail = {}) {
    this.hear(detail);
    channel?.postMessage({ name: this.#name, detail });
  }

  /** Say it here only. */
  hear(detail) {
    this.dispatchEvent(new CustomEvent("change", { detail }));
  }
}

if (channel) {
  channel.addEventListener("message", ({ data }) => signals.get(data?.name)?.hear(data.detail));
}

/** Entries and photos: recorded, taken back, sent, answered, cleared away. */
export const outboxSignal = new Signal("outbox");

/** Rows of trees: taken along, refreshed, removed; `detail.ids` where they are few. */
export const treesSignal = new Signal("trees");

/** What the sender is doing; `detail` is its state. */
export const senderSignal = new Signal("sender");

/** Who writes on this tablet; `detail.person`. */
export const personSignal = new Signal("person");
