/** How the tablet's own store can fail, by name; every error carries a sentence for people. */

/** Base of all: `sentence` may be shown. */
export class StoreError extends Error {
  constructor(sentence, cause) {
    super(sentence, { cause });
    this.name = new.target.name;
    this.sentence = sentence;
  }
}

/** No room is left; nothing of the entry was written. */
export class StorageFull extends StoreError {}

/** The store cannot be opened or written; nothing of the entry was written. */
export class StoreBroken extends StoreError {}

/** The store was made by a newer app; it is left as it is. */
export class StoreTooNew extends StoreBroken {}
