/** Which tiles cover a view; used by the tree layer and the names of the base map. */

/**
 * @param {{west: number, north: number, east: number, south: number}} view world units 0…1
 * @param {number} z zoom of the tiles
 * @returns {{z: number, x: number, y: number, key: string}[]} nearest to the middle first
 */
export function tilesFor(view, z) {
  const n = 2 ** z;
  const clamp = (value) => Math.max(0, Math.min(n - 1, Math.floor(value * n)));
  const tiles = [];
  for (let x = clamp(view.west); x <= clamp(view.east); x += 1) {
    for (let y = clamp(view.north); y <= clamp(view.south); y += 1) {
      tiles.push({ z, x, y, key: `${z}/${x}/${y}` });
    }
  }
  const middle = { x: (view.west + view.east) / 2 * n - 0.5, y: (view.north + view.south) / 2 * n - 0.5 };
  const away = (tile) => Math.hypot(tile.x - middle.x, tile.y - middle.y);
  return tiles.sort((a, b) => away(a) - away(b));
}
