/** One deed at a tree other than an inspection: values with draft and photos, a frame, checked and kept as an entry. */

import { moment } from "baum/core/formats.js";
import { open } from "baum/io/field/database.js";
import { newId } from "baum/io/ids.js";
import { LANGUAGE, t } from "baum/io/words.js";
import { screens } from "baum/components/field/screens.js";
import { chipButton } from "baum/components/field/chips.js";
import { Draft } from "baum/components/field/form_drafts.js";
import { FormFrame, store } from "baum/components/field/form_frame.js";

export class Deed {
  /**
   * @param {{ctx: object, name: string, subject: string, values: object, frame: object,
   *   check: (values: object) => Record<string, string[]>, order: (values: object) => object|object[],
   *   sentence: (values: object) => string, done?: (entries: object[]) => void}} options
   *   frame: title, sub, submit of the frame; subject: what the draft belongs to
   */
  constructor({ ctx, name, subject, values, frame, check, order, sentence, done }) {
    Object.assign(this, { ctx, values, check, order, sentence, done });
    // Kept with the draft: a page that was killed between saving and forgetting must not save twice.
    this.entryId = newId();
    this.photos = [];
    this.pending = new Set();
    this.saved = new Map();
    this.listeners = new Set();
    this.draft = new Draft(ctx.person.id, name, subject);
    this.frame = new FormFrame({ name, ...frame, onSubmit: () => this.save() });
  }

  /** Values that were typed and not saved, back again; `again` opens the form without them. */
  async restore(again) {
    const found = await this.draft.find();
    if (!found) return this;
    if (await isSaved(found.values.entryId)) {
      await this.draft.drop();
      return this;
    }
    this.entryId = found.values.entryId;
    Object.assign(this.values, found.values.values);
    this.photos.push(...found.values.photos);
    this.frame.note(
      t("Eingaben vom {moment} sind wieder da; gespeichert sind sie noch nicht.", {
        moment: moment(new Date(found.at).toISOString(), LANGUAGE),
      }),
      chipButton(t("Eingaben verwerfen"), async () => {
        await this.draft.drop();
        again();
      }),
    );
    return this;
  }

  on(listener) {
    this.listeners.add(listener);
  }

  set(name, value) {
    this.values[name] = value;
    this.changed();
  }

  draftValues() {
    const { entryId, values, photos } = this;
    return structuredClone({ entryId, values, photos });
  }

  changed() {
    this.draft.keep(this.draftValues());
    for (const listener of this.listeners) listener();
    if (this.tried) this.frame.show(this.check(this.values), { focus: false });
  }

  async save() {
    await Promise.allSettled([...this.pending]);
    this.tried = true;
    if (!this.frame.show(this.check(this.values))) return;
    const orders = [this.order(this.values)].flat();
    Object.assign(orders[0], { id: this.entryId, photos: this.photos.map((photo) => ({ ...photo })) });
    const kept = { ...this.draftValues(), entryId: newId() };
    const entries = await store(this.ctx, orders, {
      saved: this.saved,
      sentence: this.sentence(this.values),
      undone: async () => {
        this.draft.keep(kept);
        await this.draft.running;
      },
    });
    await this.draft.drop();
    screens.close();
    this.done?.(entries);
  }
}

/** Is an entry of this id on the tablet already? */
async function isSaved(id) {
  return Boolean(await (await open()).getKey("entries", id));
}
