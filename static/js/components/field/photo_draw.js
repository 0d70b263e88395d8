/** Arrows and circles on a photo: tap where it begins, tap where it ends; a drag works too, but nobody needs it. */

import { weighed } from "baum/io/field/pictures.js";
import { t } from "baum/io/words.js";
import { button, h } from "baum/components/elements.js";
import { ChipRow } from "baum/components/field/chips.js";

/** A finger that moved by more than this part of the width has dragged. */
const DRAG = 0.03;
const STEP = 0.02;

/**
 * Open the photo for drawing.
 *
 * @param {Blob} blob
 * @param {(drawn: Blob) => void} onDone called with the photo as drawn on, if something was drawn
 */
export async function drawOn(blob, onDone) {
  const image = await load(blob);
  const board = new Board(image);
  const dialog = h("dialog.ff-draw", { "aria-label": t("Auf dem Foto zeichnen") });
  const close = () => {
    dialog.close();
    dialog.remove();
  };
  const done = async () => {
    if (board.shapes.length) onDone(await board.blob());
    close();
  };
  const tool = new ChipRow({
    label: t("Form"),
    quiet: true,
    options: [["arrow", t("Pfeil")], ["circle", t("Kreis")]],
    value: board.tool,
    onChoose: (value) => board.choose(value),
  });
  dialog.append(
    board.canvas,
    board.said,
    h(
      "div.ff-draw__tools",
      {},
      tool.element,
      button(t("Letztes zurück"), {}, { onclick: () => board.undo() }),
      button(t("Zeichnung verwerfen"), {}, { onclick: close }),
      button(t("Fertig"), { kind: "primary" }, { onclick: done }),
    ),
  );
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  document.body.append(dialog);
  dialog.showModal();
  board.canvas.focus();
}

/** The picture, decoded; Safari has no options for bitmaps of files, an image element does for all. */
async function load(blob) {
  const address = URL.createObjectURL(blob);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** The picture with what is drawn on it; points are parts of width and height. */
class Board {
  constructor(image) {
    Object.assign(this, { image, tool: "arrow", shapes: [], from: null, cross: null });
    this.canvas = h("canvas.ff-draw__canvas", {
      tabindex: "0",
      role: "application",
      "aria-label": t("Foto. Pfeiltasten bewegen das Kreuz, die Leertaste setzt Anfang und Ende."),
      width: image.naturalWidth,
      height: image.naturalHeight,
    });
    this.said = h("p.ff-draw__said", { role: "status" });
    this.canvas.addEventListener("pointerdown", (event) => this.#down(event));
    this.canvas.addEventListener("pointermove", (event) => this.#move(event));
    this.canvas.addEventListener("pointerup", (event) => this.#up(event));
    this.canvas.addEventListener("keydown", (event) => this.#key(event));
    this.paint();
  }

  choose(tool) {
    this.tool = tool;
    this.from = null;
    this.paint();
  }

  undo() {
    if (this.from) this.from = null;
    else this.shapes.pop();
    this.paint();
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
  }

  #down(event) {
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    const at = this.#at(event);
    this.began = !this.from;
    this.from ??= at;
    this.paint(at);
  }

  #move(event) {
    if (this.from && event.buttons) this.paint(this.#at(event));
  }

  #up(event) {
    if (!this.from) return;
    const at = this.#at(event);
    const far = Math.hypot(at.x - this.from.x, at.y - this.from.y) > DRAG;
    if (far) this.#finish(at);
    else if (!this.began) this.paint();
    else this.paint(at);
  }

  #finish(at) {
    this.shapes.push({ tool: this.tool, from: this.from, to: at });
    this.from = null;
    this.paint();
  }

  #key(event) {
    const move =
      { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    if (!move && event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    this.cross ??= { x: 0.5, y: 0.5 };
    if (move) {
      const inside = (value) => Math.min(1, Math.max(0, value));
      this.cross = { x: inside(this.cross.x + move[0]), y: inside(this.cross.y + move[1]) };
      this.paint(this.from && this.cross);
    } else if (this.from) this.#finish(this.cross);
    else {
      this.from = { ...this.cross };
      this.paint();
    }
  }

  /** Picture, shapes, and the one that is being drawn up to `to`. */
  paint(to = null) {
    const context = this.canvas.getContext("2d");
    context.drawImage(this.image, 0, 0, this.canvas.width, this.canvas.height);
    for (const shape of this.shapes) this.#shape(context, shape);
    if (this.from && to) this.#shape(context, { tool: this.tool, from: this.from, to });
    if (this.from) this.#dot(context, this.from);
    if (this.cross) this.#dot(context, this.cross);
    this.said.textContent = this.from
      ? this.tool === "arrow"
        ? t("Jetzt die Spitze des Pfeils antippen.")
        : t("Jetzt den Rand des Kreises antippen.")
      : this.tool === "arrow"
      ? t("Anfang des Pfeils antippen.")
      : t("Mitte des Kreises antippen.");
  }

  #dot(context, { x, y }) {
    const size = this.#width();
    this.#stroke(
      context,
      () => context.arc(x * this.canvas.width, y * this.canvas.height, size, 0, 2 * Math.PI),
    );
  }

  #width() {
    return Math.max(4, Math.round(this.canvas.width / 160));
  }

  #shape(context, { tool, from, to }) {
    const [x0, y0] = [from.x * this.canvas.width, from.y * this.canvas.height];
    const [x1, y1] = [to.x * this.canvas.width, to.y * this.canvas.height];
    if (tool === "circle") {
      this.#stroke(context, () => context.arc(x0, y0, Math.hypot(x1 - x0, y1 - y0), 0, 2 * Math.PI));
      return;
    }
    const angle = Math.atan2(y1 - y0, x1 - x0);
    const head = this.#width() * 6;
    this.#stroke(context, () => {
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      for (const turn of [2.6, -2.6]) {
        context.moveTo(x1, y1);
        context.lineTo(x1 + head * Math.cos(angle + turn), y1 + head * Math.sin(angle + turn));
      }
    });
  }

  /** Yellow on black, seen on bark as in the sky. */
  #stroke(context, path) {
    context.lineCap = "round";
    for (const [colour, times] of [["#000", 2], ["#ffd400", 1]]) {
      context.beginPath();
      path();
      context.strokeStyle = colour;
      context.lineWidth = this.#width() * times;
      context.stroke();
    }
  }

  blob() {
    this.from = null;
    this.cross = null;
    this.paint();
    return weighed(this.canvas);
  }
}
