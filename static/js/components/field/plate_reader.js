/** Reads QR and data-matrix codes from a picture: with the browser's own reader, else with a kept one. */

/** Longest edge of the picture that is read; more only costs time. */
const EDGE = 960;

/** A reader: canvas → text or null. */
let reader = null;

/** The browser's own detector if it knows both kinds, else the vendored decoder, loaded when first needed. */
export async function plateReader() {
  reader ??= await ownReader() ?? await keptReader();
  return reader;
}

async function ownReader() {
  if (!("BarcodeDetector" in globalThis)) return null;
  const formats = ["qr_code", "data_matrix"];
  try {
    const known = await BarcodeDetector.getSupportedFormats();
    if (!formats.every((format) => known.includes(format))) return null;
    const detector = new BarcodeDetector({ formats });
    return async (canvas) => (await detector.detect(canvas))[0]?.rawValue ?? null;
  } catch {
    return null;
  }
}

async function keptReader() {
  await import("@zxing/library");
  const zxing = globalThis.ZXing;
  const hints = new Map([
    [zxing.DecodeHintType.POSSIBLE_FORMATS, [zxing.BarcodeFormat.QR_CODE, zxing.BarcodeFormat.DATA_MATRIX]],
    [zxing.DecodeHintType.TRY_HARDER, true],
  ]);
  const multi = new zxing.MultiFormatReader();
  return (canvas) => {
    const source = new zxing.HTMLCanvasElementLuminanceSource(canvas);
    for (const look of [source, source.invert()]) {
      try {
        return multi.decode(new zxing.BinaryBitmap(new zxing.HybridBinarizer(look)), hints).getText();
      } catch {
        // No code in this picture, which is what most pictures of a camera hold.
      }
    }
    return null;
  };
}

/**
 * Draw a video's frame or a picture onto a canvas of a size that is quick to read.
 *
 * @param {HTMLVideoElement|ImageBitmap|HTMLImageElement} picture
 * @param {HTMLCanvasElement} canvas
 */
export function drawForReading(picture, canvas) {
  const width = picture.videoWidth || picture.naturalWidth || picture.width;
  const height = picture.videoHeight || picture.naturalHeight || picture.height;
  const scale = Math.min(1, EDGE / Math.max(width, height));
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(picture, 0, 0, canvas.width, canvas.height);
}
