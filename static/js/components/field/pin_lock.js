/** Locks the tablet after a pause, where the city asks for it; opened by PIN, or by signing in again. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { cover } from "baum/components/field/first_run.js";
import { tapButton } from "baum/components/field/parts.js";
import { checkPin, FORM, forgetWithSignIn, lockState, setPin, touch } from "baum/io/field/pin.js";
import { t } from "baum/io/words.js";

/** How often the pause is looked at. */
const LOOK_MS = 5_000;
const SIGN_IN = "/accounts/login/?next=/feld/";
const LEAST = 4;
const MOST = 8;

/** A pad of digits; `onDone` gets the PIN. */
function pad(label, button, onDone) {
  let pin = "";
  const dots = h("p.field-lock__dots", { role: "status" });
  const done = tapButton(button, { kind: "primary", wide: true }, { onclick: () => give() });
  const give = () => {
    if (!FORM.test(pin)) return;
    const given = pin;
    pin = "";
    show();
    onDone(given);
  };
  const show = () => {
    dots.replaceChildren(
      h("span.kern-sr-only", {}, t("{n} Ziffern eingegeben", { n: pin.length })),
      ...Array.from({ length: Math.max(LEAST, pin.length) }, (_none, i) => h("i", { class: i < pin.length ? "is-set" : "" })),
    );
    done.disabled = pin.length < LEAST;
  };
  const type = (digit) => {
    pin = (pin + digit).slice(0, MOST);
    show();
  };
  const erase = () => {
    pin = pin.slice(0, -1);
    show();
  };
  const key = (sign, name, onclick) => h("button.field-key", { type: "button", "aria-label": name, onclick }, sign);
  const element = h(
    "div.field-part",
    {
      role: "group",
      "aria-label": label,
      onkeydown: (event) => {
        if (/^\d$/.test(event.key)) type(event.key);
        else if (event.key === "Backspace") erase();
      },
    },
    dots,
    h(
      "div.field-lock__keys",
      {},
      [..."123456789"].map((digit) => key(digit, digit, () => type(digit))),
      h("span"),
      key("0", "0", () => type("0")),
      key("⌫", t("Letzte Ziffer löschen"), erase),
    ),
    done,
  );
  show();
  return element;
}

/** Let a person choose a PIN; resolves when it is set or the choice was left. */
export function choosePin(host, { mayLeave }) {
  return new Promise((resolve) => {
    let first = "";
    const said = h("p", { role: "status" }, t("4 bis 8 Ziffern. Nach einer Pause öffnet die PIN das Tablet wieder."));
    const page = cover(
      t("PIN festlegen"),
      said,
      pad(t("Neue PIN"), t("Weiter"), async (pin) => {
        if (!first) {
          first = pin;
          said.textContent = t("Zur Sicherheit noch einmal.");
        } else if (first === pin) {
          await setPin(pin);
          end(true);
        } else {
          first = "";
          said.textContent = t("Die beiden stimmen nicht überein. Bitte noch einmal von vorn.");
        }
      }),
      mayLeave && tapButton(t("Abbrechen"), { wide: true }, { onclick: () => end(false) }),
    );
    const end = (result) => {
      page.remove();
      resolve(result);
    };
    host.append(page);
    page.querySelector("h1").focus();
  });
}

/** Ask for the PIN of a person; resolves true when it was right, false when the question was left. */
export function askPin(host, { name, id, mayLeave = false }) {
  return new Promise((resolve) => {
    const said = h("p", { role: "status" }, t("PIN von {name}", { name }));
    const page = cover(
      t("Gesperrt"),
      said,
      pad(t("PIN"), t("Öffnen"), async (pin) => {
        const { ok, wait_ms } = await checkPin(pin, id);
        if (ok) return end(true);
        said.textContent = wait_ms
          ? t("Zu oft falsch. In {n} Sekunden geht es weiter.", { n: Math.ceil(wait_ms / 1000) })
          : t("Das war nicht die PIN.");
      }),
      h(
        "a.field-btn.field-btn--wide",
        {
          href: SIGN_IN,
          onclick: async (event) => {
            event.preventDefault();
            await forgetWithSignIn(id);
            location.assign(SIGN_IN);
          },
        },
        fieldIcon("person"),
        h("span", {}, t("PIN vergessen: neu anmelden")),
      ),
      mayLeave && tapButton(t("Abbrechen"), { wide: true }, { onclick: () => end(false) }),
    );
    page.classList.add("is-locked");
    const end = (result) => {
      page.remove();
      resolve(result);
    };
    host.append(page);
    page.querySelector("h1").focus();
  });
}

/** Watches pauses and asks; one per page. */
export class PinLock {
  /** @param {HTMLElement} host @param {HTMLElement} frame made inert while locked @param {() => object} person */
  constructor(host, frame, person) {
    Object.assign(this, { host, frame, person, asking: false });
  }

  start() {
    for (const kind of ["pointerdown", "keydown"]) {
      document.addEventListener(kind, () => !this.asking && touch(Date.now()), { passive: true, capture: true });
    }
    document.addEventListener("visibilitychange", () => !document.hidden && this.look());
    setInterval(() => this.look(), LOOK_MS);
    return this.look();
  }

  /** Lock when the pause was too long; ask for a PIN where there must be one and none is set. */
  async look() {
    if (this.asking || !this.person()) return;
    const { locked, required, set } = await lockState(Date.now());
    if (this.asking || (!locked && (!required || set))) return;
    this.asking = true;
    this.frame.inert = true;
    if (locked) await askPin(this.host, this.person());
    else await choosePin(this.host, { mayLeave: false });
    this.frame.inert = false;
    this.asking = false;
  }
}
