/** The strip on top of every screen of the field app: what is not sent, how good the position is, room, clock. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { openScreen, sizeWords } from "baum/components/field/parts.js";
import { number } from "baum/core/formats.js";
import { LANGUAGE, t } from "baum/io/words.js";

/** Below this much room the strip warns. */
const LITTLE_ROOM = 300e6;

/** What the sender is doing, in few words. */
const PHASES = {
  sending: () => t("wird gesendet"),
  offline: () => t("kein Netz"),
  signed_out: () => t("abgemeldet"),
  half_signed_in: () => t("zweiter Faktor fehlt"),
  blocked: () => t("Gerät gesperrt"),
  failed: () => t("Senden gestört"),
};

/** Phases in which nobody may send. */
const SIGNED_OUT = ["signed_out", "half_signed_in"];

class FieldStrip extends HTMLElement {
  connectedCallback() {
    if (this.outgoing) return;
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", t("Zustand der Feldanwendung"));
    this.outgoing = h("button.field-strip__item.field-strip__outgoing", {
      type: "button",
      onclick: () => openScreen("outgoing"),
    });
    this.gnss = h("span.field-strip__item", { dataset: { part: "gnss" } });
    this.room = h("button.field-strip__item", { type: "button", onclick: () => openScreen("settings") });
    this.clock = h("button.field-strip__item.is-warning", {
      type: "button",
      hidden: true,
      onclick: () => openScreen("settings"),
    });
    this.append(this.outgoing, this.gnss, this.clock, this.room);
    this.showOutgoing({ total: 0, unsettled: 0 }, { phase: "idle" });
    this.showPosition(null);
    this.showRoom(null);
  }

  /** @param {{total: number, unsettled?: number}} counts @param {{phase: string, sentence?: string}} state */
  showOutgoing(counts, state) {
    const words = counts.total ? t("{n} nicht gesendet", { n: counts.total }) : t("alles gesendet");
    const phase = counts.total || state.phase === "blocked" || SIGNED_OUT.includes(state.phase)
      ? PHASES[state.phase]?.()
      : "";
    this.#put(
      this.outgoing,
      counts.total ? "send" : "check",
      h("strong", {}, words),
      phase && h("span.field-strip__phase", {}, phase),
    );
    this.outgoing.classList.toggle("is-waiting", counts.total > 0);
    this.outgoing.classList.toggle("is-warning", [...SIGNED_OUT, "blocked", "failed"].includes(state.phase));
    this.outgoing.dataset.phase = state.phase;
    this.outgoing.title = state.sentence || t("Zum Ausgang");
  }

  /** @param {{accuracy_m: number, usable: boolean}|null} fix @param {string} [problem] short words */
  showPosition(fix, problem = "") {
    const words = fix
      ? t("± {n} m", { n: number(Math.ceil(fix.accuracy_m), LANGUAGE, 0) })
      : problem || t("keine Position");
    this.#put(this.gnss, "position", h("span", {}, words), fix && !fix.usable && h("span", {}, t("zu ungenau")));
    this.gnss.classList.toggle("is-weak", !fix || !fix.usable);
  }

  /** @param {{free: number}|null} room */
  showRoom(room) {
    const known = room && Number.isFinite(room.free);
    this.#put(this.room, "room", h("span", {}, known ? t("{size} frei", { size: sizeWords(room.free) }) : "–"));
    this.room.classList.toggle("is-warning", Boolean(known && room.free < LITTLE_ROOM));
    this.room.title = t("Speicher auf dem Tablet");
  }

  /** @param {number|null} seconds that the server is ahead of the tablet, when that is too much */
  showClock(seconds) {
    this.clock.hidden = seconds === null;
    if (seconds === null) return;
    const n = Math.round(Math.abs(seconds) / 60);
    const words = seconds > 0 ? t("Uhr geht {n} min nach", { n }) : t("Uhr geht {n} min vor", { n });
    this.#put(this.clock, "warning", h("span", {}, words));
  }

  #put(item, icon, ...words) {
    item.replaceChildren(fieldIcon(icon), ...words.filter(Boolean));
  }
}

customElements.define("field-strip", FieldStrip);
