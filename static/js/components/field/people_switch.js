/** Who writes on a shared tablet: everybody has an outbox of their own; part of the settings screen. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { notice, tapButton } from "baum/components/field/parts.js";
import { counts } from "baum/io/field/outbox.js";
import { people, person, switchTo } from "baum/io/field/session.js";
import { t } from "baum/io/words.js";

class FieldPeople extends HTMLElement {
  /** @param {{guard: (id: string) => Promise<boolean>}} options guard: may this person go on (PIN)? */
  configure(options) {
    this.options = options;
    return this;
  }

  connectedCallback() {
    this.#show();
  }

  async #show() {
    const [now, all] = await Promise.all([person(), people()]);
    const waiting = await Promise.all(all.map(({ id }) => counts(id)));
    this.replaceChildren(
      h(
        "ul.field-people",
        {},
        all.map((each, i) => {
          const own = each.id === now?.id;
          return h(
            "li.field-people__row",
            {},
            fieldIcon("person"),
            h(
              "span.field-row__words",
              {},
              h("strong", {}, each.name),
              h(
                "span",
                {},
                own ? t("arbeitet jetzt") : "",
                own && waiting[i].total ? " · " : "",
                waiting[i].total ? t("{n} nicht gesendet", { n: waiting[i].total }) : "",
              ),
            ),
            own ? null : tapButton(t("Wechseln"), {}, {
              "aria-label": t("Zu {name} wechseln", { name: each.name }),
              onclick: () => this.#switch(each),
            }),
          );
        }),
      ),
      h(
        "a.field-btn",
        { href: "/accounts/login/?next=/feld/" },
        fieldIcon("plus"),
        h("span", {}, t("Jemand anderes meldet sich an")),
      ),
    );
  }

  async #switch(each) {
    if (!await this.options.guard(each.id)) return;
    await switchTo(each.id);
    notice("info", t("Jetzt arbeitet {name}. Gesendet wird unter diesem Namen erst nach der Anmeldung.", { name: each.name }));
    await this.#show();
  }
}

customElements.define("field-people", FieldPeople);
