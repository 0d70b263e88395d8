/** "Ausgang": every entry and photo with what became of it, sending now, signing in, and the file of last resort. */

import { h } from "baum/components/elements.js";
import { entriesWords, photosWords } from "baum/components/field/counts.js";
import { KINDS } from "baum/components/field/entry_words.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { notice, openTree, part, sizeWords, tapButton } from "baum/components/field/parts.js";
import { moment } from "baum/core/formats.js";
import { changes, counts, exportFile, list } from "baum/io/field/outbox.js";
import { changes as sending, now, state } from "baum/io/field/sync.js";
import { LANGUAGE, t } from "baum/io/words.js";

/** Rows made at once; a week of work is over a thousand. */
const PAGE = 60;
/** Changes that come within this time are shown together. */
const TOGETHER_MS = 250;

/** Words, icon and look of what became of an entry or photo. */
const FATES = {
  unsent: [t("nicht gesendet"), "send", "waiting"],
  sending: [t("wird gesendet"), "send", "waiting"],
  accepted: [t("angekommen"), "check", "done"],
  received: [t("angekommen"), "check", "done"],
  deposited: [t("beim Büro hinterlegt"), "check", "waiting"],
  unsettled: [t("angekommen, ungeklärt – das Büro klärt es"), "warning", "open"],
  rejected: [t("vom Büro nicht übernommen"), "warning", "open"],
  refused: [t("nicht übernommen"), "warning", "open"],
  foreign: [t("gehört einer anderen Person"), "person", "waiting"],
};
const DONE = new Set(["accepted", "received"]);

/** How the sender stands, as a sentence. */
const SENTENCES = {
  idle: t("Gesendet wird von selbst, sobald Netz da ist."),
  sending: t("Es wird gerade gesendet."),
  offline: t("Kein Netz. Gesendet wird von selbst, sobald es wieder da ist."),
  signed_out: t("Die Anmeldung ist abgelaufen. Alles bleibt auf dem Tablet, bis sich jemand anmeldet."),
  half_signed_in: t("Ein zweiter Faktor fehlt. Alles bleibt auf dem Tablet, bis er eingerichtet ist."),
  blocked: t("Dieses Tablet ist gesperrt. Es gibt noch ab, was auf ihm liegt."),
  failed: t("Das Senden ist gestört. Es wird bald wieder versucht."),
};

/** A link to where a person becomes signed in, hidden until it is needed. */
function wayIn(href, words) {
  return h("a.field-btn.field-btn--primary", { href, hidden: true }, fieldIcon("person"), h("span", {}, words));
}

class FieldOutgoing extends HTMLElement {
  /** @param {{person: object|null, people: object[], nameOf: (treeId: string) => string}} options */
  configure(options) {
    this.options = options;
    return this;
  }

  connectedCallback() {
    if (!this.rows) this.#build();
    this.shown = PAGE;
    this.soon = () => {
      this.timer ||= setTimeout(() => {
        this.timer = 0;
        this.#refresh();
      }, TOGETHER_MS);
    };
    changes.addEventListener("change", this.soon);
    sending.addEventListener("change", this.soon);
    this.#refresh();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.timer = 0;
    changes.removeEventListener("change", this.soon);
    sending.removeEventListener("change", this.soon);
  }

  #build() {
    this.said = h("p.field-outgoing__state", { role: "status" });
    this.send = tapButton(t("Jetzt senden"), { kind: "primary", icon: "send" }, { onclick: () => now() });
    this.sign = wayIn("/accounts/login/?next=/feld/", t("Anmelden"));
    this.factor = wayIn("/accounts/zweiter-faktor/", t("Zweiten Faktor einrichten"));
    this.others = h("div");
    this.rows = h("ul.field-cards.field-outgoing__rows");
    this.more = tapButton(t("Weitere zeigen"), { wide: true }, {
      hidden: true,
      onclick: () => {
        this.shown += PAGE;
        this.#refresh();
      },
    });
    this.append(
      this.said,
      h("div.field-card__buttons", {}, this.send, this.sign, this.factor),
      this.others,
      this.rows,
      this.more,
      part(
        t("Wenn gar nichts mehr hilft"),
        h("p", {}, t("Der Ausgang lässt sich als Datei sichern. Die Aufsicht liest sie am Server ein; doppelt wird dabei nichts.")),
        tapButton(t("Ausgang als Datei sichern"), { icon: "bring" }, { onclick: () => this.#save() }),
      ),
    );
  }

  async #refresh() {
    const person = this.options.person?.id ?? null;
    const [entries, count] = await Promise.all([list(person), counts(person)]);
    const phase = state.phase ?? "idle";
    const own = count.total
      ? t("Nicht gesendet: {entries} und {photos}.", {
        entries: entriesWords(count.entries),
        photos: photosWords(count.photos),
      })
      : t("Alles ist gesendet.");
    this.said.textContent = `${own} ${phase === "idle" && !count.total ? "" : state.sentence || SENTENCES[phase] || ""}`.trim();
    this.send.disabled = phase === "sending";
    this.sign.hidden = phase !== "signed_out";
    this.factor.hidden = phase !== "half_signed_in";
    await this.#showOthers(person);
    const open = (entry) => !DONE.has(entry.status) || entry.pictures.some(({ status }) => !DONE.has(status));
    const sorted = [...entries.filter(open), ...entries.filter((entry) => !open(entry))];
    this.more.hidden = sorted.length <= this.shown;
    this.rows.replaceChildren(...(sorted.length
      ? sorted.slice(0, this.shown).map((entry) => this.#row(entry))
      : [h("li.baum-empty", {}, t("Noch nichts aufgenommen. Jeder Eintrag erscheint hier mit seinem Weg zum Server."))]));
  }

  /** What other people left on a shared tablet. */
  async #showOthers(person) {
    const lines = [];
    for (const other of this.options.people.filter(({ id }) => id !== person)) {
      const { entries, photos, total } = await counts(other.id);
      if (!total) continue;
      lines.push(h(
        "p.field-card__warning",
        {},
        t("Von {name} ist hier noch nicht gesendet: {entries} und {photos}. Das geht mit der nächsten Anmeldung von {name} ab.", {
          name: other.name,
          entries: entriesWords(entries),
          photos: photosWords(photos),
        }),
      ));
    }
    this.others.replaceChildren(...lines);
  }

  #row(entry) {
    const name = entry.kind === "group_new" ? "" : this.options.nameOf(entry.tree);
    return h(
      "li.field-card.field-out",
      { dataset: { entry: entry.id, status: entry.status } },
      h(
        "button.field-out__open",
        { type: "button", disabled: entry.kind === "group_new", onclick: () => openTree(entry.tree) },
        h("strong", {}, [KINDS[entry.kind] ?? entry.kind, name].filter(Boolean).join(" · ")),
        h("span", {}, t("aufgenommen {moment}", { moment: moment(entry.made_at, LANGUAGE) })),
      ),
      this.#fate(entry.status, entry.settled_at ?? entry.received_at, entry.sentence),
      entry.urgent && !DONE.has(entry.status) &&
        h("p.field-out__urgent", {}, t("unverzüglich – geht zuerst ab")),
      entry.pictures.length > 0 &&
        h(
          "ul.field-out__photos",
          {},
          entry.pictures.map((photo, i) =>
            h(
              "li",
              { dataset: { photo: photo.id, status: photo.status } },
              h("span", {}, t("Foto {n}, {size}", { n: i + 1, size: sizeWords(photo.size) })),
              this.#fate(photo.status, photo.received_at, photo.sentence, this.#share(photo)),
            )
          ),
        ),
    );
  }

  #share({ status, offset, size }) {
    return status === "sending" && size ? t("{n} %", { n: Math.floor(100 * offset / size) }) : "";
  }

  #fate(status, at, sentence, more = "") {
    const [words, icon, look] = FATES[status] ?? [status, "warning", "open"];
    return h(
      "p.field-fate",
      { class: `field-fate--${look}` },
      fieldIcon(icon),
      h(
        "span",
        {},
        h("strong", {}, words),
        [more, at && moment(new Date(at).toISOString(), LANGUAGE)].filter(Boolean).map((text) => ` · ${text}`),
        sentence ? h("span.field-fate__sentence", {}, sentence) : null,
      ),
    );
  }

  async #save() {
    const { person } = this.options;
    if (!person) return;
    try {
      const file = await exportFile(person.id);
      const address = URL.createObjectURL(file);
      const link = h("a", { href: address, download: file.name });
      this.append(link);
      link.click();
      link.remove();
      setTimeout(() => URL.revokeObjectURL(address), 60_000);
      notice("success", t("Die Datei „{name}“ liegt bei den Downloads. Der Ausgang bleibt trotzdem hier.", { name: file.name }));
    } catch (error) {
      notice("danger", error.sentence ?? t("Die Datei ließ sich nicht schreiben."));
    }
  }
}

customElements.define("field-outgoing", FieldOutgoing);
