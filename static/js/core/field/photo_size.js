// How large a photo stays on the tablet: enough for a fungus, small enough for a day of them.

export const LONGEST_SIDE = 1600;

/**
 * Width and height that fit into a square, in the same proportions; never larger than they were.
 *
 * @param {number} width
 * @param {number} height
 * @param {number} longest
 * @returns {{width: number, height: number, scale: number}} whole pixels, at least 1
 */
export function fitted(width, height, longest = LONGEST_SIDE) {
  if (!(width > 0 && height > 0)) throw new RangeError(`no picture: ${width} × ${height}`);
  const scale = Math.min(1, longest / Math.max(width, height));
  const side = (value) => Math.max(1, Math.round(value * scale));
  return { width: side(width), height: side(height), scale };
}
