/** The field app's first minutes on a tablet: why https is needed, who signs in, how the device is called. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { labelled, tapButton } from "baum/components/field/parts.js";
import { register } from "baum/io/field/device.js";
import { persist } from "baum/io/field/storage.js";
import { t } from "baum/io/words.js";

/** A page over everything. */
export const cover = (title, ...children) =>
  h("div.field-lock", { role: "dialog", "aria-modal": "true", "aria-label": title }, h(
    "div.field-lock__box",
    {},
    h("h1", { tabindex: "-1" }, title),
    children,
  ));

/** Over plain http a browser keeps nothing and shows no position. */
export function httpsNeeded() {
  const address = `https://${location.host}/feld/`;
  return cover(
    t("HTTPS nötig"),
    h("p", {}, t("Diese Seite ist über http geöffnet. Ohne gesicherte Verbindung hebt der Browser nichts für die Arbeit ohne Netz auf und zeigt keine Position.")),
    h("p", {}, t("So geht es:")),
    h(
      "ol",
      {},
      h("li", {}, t("Die gesicherte Adresse öffnen:"), " ", h("a", { href: address }, h("code", {}, address))),
      h("li", {}, t("Antwortet sie nicht, richtet die IT auf dem Server ein Zertifikat ein. Wie, steht im Handbuch unter „Feld“ (docs/feld.md).")),
      h("li", {}, t("Kommt eine Warnung zum Zertifikat, muss das Tablet der Stelle vertrauen, die es ausgestellt hat. Auch das richtet die IT ein.")),
    ),
  );
}

/** Nobody is known on this tablet yet. */
export function signInNeeded(sentence) {
  return cover(
    t("Anmelden"),
    h("p", {}, sentence || t("Auf diesem Tablet ist noch niemand angemeldet. Dafür braucht es einmal Netz.")),
    h(
      "a.field-btn.field-btn--primary.field-btn--wide",
      { href: "/accounts/login/?next=/feld/" },
      fieldIcon("person"),
      h("span", {}, t("Anmelden")),
    ),
    tapButton(t("Noch einmal versuchen"), { wide: true }, { onclick: () => location.reload() }),
  );
}

/**
 * Ask for the device's name, once.
 *
 * @param {{id: string, name: string}} person
 * @param {() => void} done
 */
export function nameDevice(person, done) {
  const field = h("input.field-input", { type: "text", maxlength: "60", autocomplete: "off", required: true });
  const said = h("p", { role: "status" });
  const page = cover(
    t("Willkommen, {name}", { name: person.name }),
    h("p", {}, t("Wie heißt dieses Tablet? Der Name steht an jedem Eintrag, zum Beispiel „Tablet 3, Revier Nord“.")),
    h(
      "form.field-part",
      {
        onsubmit: async (event) => {
          event.preventDefault();
          const name = field.value.trim();
          if (!name) return field.focus();
          try {
            await Promise.all([register(name, person.id), persist()]);
            page.remove();
            done();
          } catch (error) {
            said.textContent = error.sentence ?? String(error.message);
          }
        },
      },
      labelled(t("Name des Geräts"), field),
      h("p.field-lead", {}, t("Alles Eingetragene bleibt auf dem Tablet, bis der Server es quittiert hat. Dafür wird dauerhafter Speicher erbeten.")),
      said,
      h("button.field-btn.field-btn--primary.field-btn--wide", { type: "submit" }, h("span", {}, t("Weiter"))),
    ),
  );
  return page;
}
