/** Scans the plate of a tree, by the live camera or from a photo of it; the field app's scan screen. */

import { h } from "baum/components/elements.js";
import { fieldIcon } from "baum/components/field/icons.js";
import { openTree } from "baum/components/field/parts.js";
import { drawForReading, plateReader } from "baum/components/field/plate_reader.js";
import { meaningOf } from "baum/core/field/plates.js";
import { t } from "baum/io/words.js";

/** Between two looks at the camera's picture. */
const LOOK_MS = 220;

class FieldScanner extends HTMLElement {
  /** @param {{lookUp: (meaning: object) => Promise<object[]>}} options points that a plate may mean */
  configure(options) {
    this.options = options;
    return this;
  }

  connectedCallback() {
    if (!this.said) this.#build();
    this.start();
  }

  disconnectedCallback() {
    this.stop();
  }

  #build() {
    this.canvas = document.createElement("canvas");
    this.video = h("video.field-scan__video", { playsinline: true, muted: true, "aria-hidden": "true" });
    this.said = h("p.field-lead", { role: "status" });
    const file = h("input.kern-sr-only", {
      type: "file",
      accept: "image/*",
      capture: "environment",
      id: "field-scan-file",
      onchange: () => this.#file(file),
    });
    this.frame = h("div.field-scan", { hidden: true }, this.video, h("span.field-scan__aim"));
    this.append(
      this.frame,
      this.said,
      file,
      h(
        "label.field-btn.field-btn--wide",
        { for: "field-scan-file" },
        fieldIcon("scan"),
        h("span", {}, t("Foto der Plakette nehmen")),
      ),
    );
  }

  /** Turn the camera on, and look at its picture again and again. */
  async start() {
    this.running = true;
    this.said.textContent = t("Die Plakette ins Feld halten.");
    try {
      if (!navigator.mediaDevices?.getUserMedia) throw new Error("no camera");
      this.stream = await navigator.mediaDevices.getUserMedia({
        video: { facingMode: { ideal: "environment" }, width: { ideal: 1280 } },
        audio: false,
      });
      if (!this.running) return this.stop();
      this.video.srcObject = this.stream;
      await this.video.play();
      this.frame.hidden = false;
      this.#look();
    } catch {
      this.frame.hidden = true;
      this.said.textContent = t("Die Kamera ist nicht freigegeben oder fehlt. Ein Foto der Plakette geht auch.");
    }
  }

  stop() {
    this.running = false;
    clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
    this.video.srcObject = null;
  }

  async #look() {
    if (!this.running) return;
    if (this.video.readyState >= 2) {
      drawForReading(this.video, this.canvas);
      const text = await this.#read();
      if (text && await this.#found(text)) return;
    }
    this.timer = setTimeout(() => this.#look(), LOOK_MS);
  }

  async #read() {
    try {
      return await (await plateReader())(this.canvas);
    } catch {
      return null;
    }
  }

  async #file(input) {
    const [picture] = input.files;
    input.value = "";
    if (!picture) return;
    try {
      const bitmap = await createImageBitmap(picture);
      drawForReading(bitmap, this.canvas);
      bitmap.close();
    } catch {
      this.said.textContent = t("Das ist kein Bild, das sich lesen lässt.");
      return;
    }
    const text = await this.#read();
    if (text) await this.#found(text);
    else this.said.textContent = t("Auf dem Foto ist keine Plakette zu erkennen. Näher heran und gerade von vorn geht es besser.");
  }

  /** Open the tree of a plate; false when nothing on board fits. */
  async #found(text) {
    const meaning = meaningOf(text);
    const points = meaning ? await this.options.lookUp(meaning) : [];
    if (points.length === 1) {
      this.stop();
      openTree(points[0].id);
      return true;
    }
    if (points.length > 1) {
      this.stop();
      this.dispatchEvent(new CustomEvent("several", { bubbles: true, detail: { text, points } }));
      return true;
    }
    this.said.textContent = t("Plakette „{text}“: Kein mitgenommener Baum trägt sie.", { text: text.slice(0, 40) });
    return false;
  }
}

customElements.define("field-scanner", FieldScanner);
