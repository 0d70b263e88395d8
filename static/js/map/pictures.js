/** Shows ready pictures on canvases; used by port.js and boards.js. */

/**
 * Put a picture on a canvas that shows nothing else, in place of the older one.
 *
 * A canvas that is drawn on is copied by the browser for each frame in which anything moves; one that a picture
 * hangs in only when the picture changes.
 *
 * @param {ImageBitmap} picture is gone afterwards
 * @param {HTMLCanvasElement} canvas
 */
export function hang(picture, canvas) {
  // To set its size, even to the same, would empty it.
  if (canvas.width !== picture.width) canvas.width = picture.width;
  if (canvas.height !== picture.height) canvas.height = picture.height;
  canvas.getContext("bitmaprenderer").transferFromImageBitmap(picture);
}
