/** The field app's menu: everything that is not on the map. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { openScreen, tapButton } from "baum/components/field/parts.js";
import { t } from "baum/io/words.js";

/** @param {{office: string}} addresses @param {object} person @param {object|null} newVersion */
export function menuScreen(addresses, person, newVersion) {
  const to = (label, icon, name, kind = "plain") => tapButton(label, { icon, kind }, { onclick: () => openScreen(name) });
  return h(
    "div",
    {},
    newVersion && h("div.field-menu", {}, to(t("Neue Fassung übernehmen"), "bring", "settings", "primary")),
    h(
      "nav.field-menu",
      { "aria-label": t("Menü") },
      to(t("Neuer Baum"), "next", "plant"),
      to(t("Neue Baumgruppe"), "group", "group"),
      to(t("Mitnehmen"), "bring", "take_along"),
      to(t("Ausgang"), "send", "outgoing"),
      to(t("Plakette scannen"), "scan", "scan"),
      to(t("Einstellungen"), "gear", "settings"),
      h("a.field-btn", { href: addresses.office }, fieldIcon("office"), h("span", {}, t("Zum Büro (braucht Netz)"))),
    ),
    h("p.field-lead", {}, t("Es arbeitet {name}.", { name: person.name })),
  );
}
