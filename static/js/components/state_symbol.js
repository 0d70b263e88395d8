/** `<state-symbol code="ok" immediate labelled>`: a state's symbol in lists, legend and card, as on the map. */

import { drawing } from "baum/core/states.js";
import { STATES } from "baum/io/states.js";
import { nameOf } from "baum/io/words.js";

const SVG = "http://www.w3.org/2000/svg";

/** An SVG element with attributes; null values are left out. */
function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  return element;
}

class StateSymbol extends HTMLElement {
  static observedAttributes = ["code", "immediate"];

  attributeChangedCallback() {
    if (this.isConnected) this.connectedCallback();
  }

  connectedCallback() {
    const code = this.getAttribute("code");
    const { viewBox, paths } = drawing(STATES, code, this.hasAttribute("immediate"));
    const ringed = viewBox !== STATES.viewBox;
    const picture = svg("svg", {
      viewBox,
      class: `state-symbol${ringed ? " state-symbol--ringed" : ""}`,
      focusable: "false",
    });
    if (this.hasAttribute("labelled")) {
      picture.setAttribute("role", "img");
      picture.setAttribute("aria-label", nameOf(STATES.get(code)));
    } else {
      picture.setAttribute("aria-hidden", "true");
    }
    for (const path of paths) {
      picture.append(svg("path", {
        d: path.d,
        fill: path.fill,
        stroke: path.stroke,
        "stroke-width": path.stroke_width,
        "stroke-dasharray": path.stroke_dasharray,
      }));
    }
    this.replaceChildren(picture);
  }
}

customElements.define("state-symbol", StateSymbol);
