/** Makes photos small on the tablet: at most 1600 px, 150–300 KB, upright, without anything but the picture. */

import { takenAt } from "baum/core/field/exif.js";
import { fitted } from "baum/core/field/photo_size.js";
import { StoreBroken } from "baum/io/field/errors.js";
import { t } from "baum/io/words.js";

const MOST_BYTES = 300_000;
const FEWEST_BYTES = 150_000;
const QUALITIES = [0.85, 0.75, 0.65, 0.55, 0.45, 0.35];
const FINE = 0.92;

/** An upright bitmap, or an image element where the browser cannot turn bitmaps. */
async function decoded(file) {
  try {
    return await createImageBitmap(file, { imageOrientation: "from-image" });
  } catch {
    return await byElement(file);
  }
}

async function byElement(file) {
  const address = URL.createObjectURL(file);
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    return image;
  } catch (error) {
    throw new StoreBroken(t("Dieses Bild lässt sich nicht lesen. Bitte ein anderes wählen."), error);
  } finally {
    URL.revokeObjectURL(address);
  }
}

const jpeg = (canvas, quality) =>
  new Promise((resolve, reject) =>
    canvas.toBlob((blob) => blob ? resolve(blob) : reject(new Error("canvas")), "image/jpeg", quality)
  );

/**
 * A canvas as JPEG of a fair weight: the best quality that stays below 300 KB; a light picture gets a finer one.
 *
 * @param {HTMLCanvasElement} canvas
 * @returns {Promise<Blob>}
 */
export async function weighed(canvas) {
  let blob;
  for (const quality of QUALITIES) {
    blob = await jpeg(canvas, quality);
    if (blob.size <= MOST_BYTES) break;
  }
  if (blob.size >= FEWEST_BYTES) return blob;
  const finer = await jpeg(canvas, FINE);
  return finer.size <= MOST_BYTES ? finer : blob;
}

/** A picture on a canvas of the given size; white below what is transparent. */
function painted(picture, width, height) {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

/**
 * Make a photo small.
 *
 * @param {Blob} file from the camera or a file
 * @returns {Promise<{blob: Blob, width: number, height: number, taken_at: string|null}>} a JPEG; the time
 *   that the camera wrote, null where it wrote none
 */
export async function shrink(file) {
  const taken_at = takenAt(await file.arrayBuffer());
  const picture = await decoded(file);
  const [full, tall] = [picture.naturalWidth || picture.width, picture.naturalHeight || picture.height];
  const { width, height } = fitted(full, tall);
  const canvas = painted(picture, width, height);
  picture.close?.();
  const blob = await weighed(canvas);
  // Cameras without a zone write the tablet's own time.
  return { blob, width, height, taken_at: taken_at && new Date(taken_at).toISOString() };
}
