/** `<map-tools>`: choice of the background, and the same filters as files and report. */

import { t } from "baum/io/words.js";
import { h, tell } from "baum/components/elements.js";

class MapTools extends HTMLElement {
  /**
   * @param {{basemaps: {id: string, name: string}[], chosen: string, may: Record<string, boolean>}} options
   */
  configure({ basemaps, chosen, may }) {
    this.links = [
      may.export && ["GeoJSON", "/export/trees.geojson"],
      may.export && ["CSV", "/export/trees.csv"],
      may.export && [t("Weitere Formate"), "/export/"],
      may.view_report && [t("Überfällig-Liste"), "/berichte/ueberfaellig/"],
    ].filter(Boolean).map(([words, address]) => ({
      address,
      link: h("a.kern-link", { href: address }, words),
    }));
    const select = h("select.panel-field__input", {
      id: "base-map",
      onchange: () => tell(this, "choose-base", select.value),
    }, basemaps.map((row) => h("option", { value: row.id, selected: row.id === chosen }, row.name)));
    const items = [
      basemaps.length > 1 &&
      h("div.panel-field", {}, h("label", { for: "base-map" }, t("Hintergrund")), select),
      this.links.length &&
      h("p.panel-links", {}, h("span", {}, t("Diese Auswahl als")), this.links.map(({ link }) => link)),
    ].filter(Boolean);
    this.replaceChildren(...items);
  }

  /** @param {string} query of the filters */
  setQuery(query) {
    for (const { address, link } of this.links ?? []) link.href = query ? `${address}?${query}` : address;
  }
}

customElements.define("map-tools", MapTools);
