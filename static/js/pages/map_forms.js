/** Opens the right form beside the map for a deed, and follows the map while one is open; used by pages/map.js. */

import { t } from "baum/io/words.js";
import { dragMarker } from "baum/map/port.js";
import { button, h, tell } from "baum/components/elements.js";
import { draftsOf } from "baum/components/forms/deed_form.js";
import { correctForm, moveForm } from "baum/components/forms/tree_forms.js";
import { plantForm, replaceForm } from "baum/components/forms/plant_form.js";
import { fellForm, vanishForm } from "baum/components/forms/end_forms.js";
import {
  cancelForm,
  careForm,
  completeForm,
  orderForm,
  replaceMeasureForm,
} from "baum/components/forms/measure_forms.js";
import { photoForm } from "baum/components/forms/photo_form.js";
import { inspectionForm } from "baum/components/forms/inspection_form.js";

/** Deed of the card → form and title. */
const FORMS = {
  edit: [correctForm, t("Baum bearbeiten")],
  inspect: [inspectionForm, t("Kontrolle erfassen")],
  "correct-inspection": [inspectionForm, t("Kontrolle berichtigen")],
  fell: [fellForm, t("Baum als gefällt melden")],
  vanish: [vanishForm, t("Baum als verschwunden melden")],
  replace: [replaceForm, t("Ersatzbaum pflanzen")],
  photo: [photoForm, t("Foto hinzufügen")],
  "order-measure": [orderForm, t("Maßnahme anordnen")],
  "complete-measure": [completeForm, t("Maßnahme als erledigt melden")],
  "cancel-measure": [cancelForm, t("Maßnahme verwerfen")],
  "replace-measure": [replaceMeasureForm, t("Maßnahme ersetzen")],
  "record-care": [careForm, t("Pflege melden")],
};

export function wireForms({ map, trees, view, config, card, choose }) {
  return new MapForms({ map, trees, view, config, card, choose });
}

class MapForms {
  constructor(parts) {
    Object.assign(this, parts);
    this.drafts = draftsOf(this.config.user.id ?? "");
    this.planter = document.querySelector("#plant");
    this.planter.hidden = !this.config.user.may.plant;
    this.planter.addEventListener("click", () => this.#aim());
    this.map.getContainer().addEventListener("keydown", (event) => {
      if (this.aiming && event.key === "Enter") this.takesClick(this.map.getCenter());
    });
    document.addEventListener("tree-act", ({ detail }) => this.#open(detail));
    this.card.addEventListener("form-cancelled", () => this.#close());
    this.card.addEventListener("form-done", ({ detail }) => this.#done(detail));
  }

  async #open({ name, row, data }) {
    this.#stopAiming();
    if (name === "move") return this.#move(data);
    const [make, title] = FORMS[name] ?? [];
    if (!make) return;
    try {
      const form = await make({ data, row, config: this.config, drafts: this.drafts, may: this.card.may });
      this.#show(form, title);
    } catch (error) {
      if (!error.sentence) throw error;
      this.view.notice("danger", error.sentence);
    }
  }

  #show(form, title, besideMap = false) {
    this.form = form;
    this.card.openForm(form.element, title, { besideMap });
  }

  #close() {
    this.#dropMarker();
    this.form = null;
    this.card.closeForm();
    if (!this.card.treeId) this.choose("");
  }

  /** A form was saved: close it, show the tree as it is now, refresh the map. */
  async #done({ answer, sentence, openTree }) {
    this.#dropMarker();
    this.form = null;
    this.card.closeForm();
    tell(this.card, "written", { sentence });
    const next = openTree ?? (answer?.type === "Feature" ? answer.id : null);
    if (next && next !== this.card.treeId) this.choose(next);
    else await this.card.reload();
  }

  /** Escape: leave the form or the aiming; says whether there was something to leave. */
  cancel() {
    if (this.aiming) {
      this.#stopAiming();
      return true;
    }
    if (!this.form) return false;
    this.form.keepDraft();
    this.#close();
    return true;
  }

  /** Another tree was chosen: what was typed stays as a draft. */
  leave() {
    this.form?.keepDraft();
    this.form = null;
    this.#dropMarker();
  }

  // --- planting ---

  #aim() {
    if (this.aiming) return this.#stopAiming();
    this.aiming = true;
    this.map.getContainer().classList.add("is-aiming");
    this.hint = h(
      "div.map-hint",
      { role: "status" },
      h(
        "span",
        {},
        t("Klicken Sie auf die Stelle, an der der Baum steht. Die Eingabetaste nimmt die Kartenmitte."),
      ),
      button(t("Abbrechen"), { kind: "tertiary" }, { onclick: () => this.#stopAiming() }),
    );
    this.map.getContainer().parentElement.append(this.hint);
    this.map.getContainer().focus({ preventScroll: true });
  }

  #stopAiming() {
    this.aiming = false;
    this.hint?.remove();
    this.map.getContainer().classList.remove("is-aiming");
  }

  /** A click on the map while a place is asked for; says whether it was taken. */
  takesClick({ lat, lng }) {
    if (!this.aiming) return false;
    this.#stopAiming();
    this.#plant({ lat, lon: lng });
    return true;
  }

  plantOnSite(site, position) {
    if (this.config.user.may.plant) this.#plant(position, site);
  }

  async #plant(position, site = "") {
    this.choose("");
    this.card.openEmpty(t("Neuer Baum"));
    this.view.showCard(true);
    const spot = { ...position };
    this.#setMarker(spot, t("Lage des neuen Baums"), (moved) => Object.assign(spot, moved));
    this.view.keepPositionInSight(spot);
    try {
      const form = await plantForm({ spot, site, config: this.config, drafts: this.drafts });
      this.#show(form, t("Angaben zum Baum"), true);
    } catch (error) {
      this.#close();
      if (!error.sentence) throw error;
      this.view.notice("danger", error.sentence);
    }
  }

  // --- moving ---

  #move(data) {
    const { lon, lat } = data.tree;
    const spot = { lat, lon };
    const form = moveForm({ data, spot, from: { lat, lon }, drafts: this.drafts });
    this.#setMarker(spot, t("Lage von Baum {number}", { number: data.tree.number }), (moved) => {
      Object.assign(spot, moved);
      form.showDistance();
    });
    this.trees.setDragged(data.tree.id);
    this.view.keepPositionInSight(spot);
    this.#show(form, t("Baum verschieben"), true);
  }

  #setMarker(spot, label, onMove) {
    this.#dropMarker();
    this.marker = dragMarker(spot, label, onMove);
    this.marker.addTo(this.map);
    this.marker.getElement().focus({ preventScroll: true });
  }

  #dropMarker() {
    if (!this.marker) return;
    this.marker.remove();
    this.marker = null;
    this.trees.setDragged("");
  }
}
