// Joins counted cells that would cover each other on the screen; asked by the map's painter.

/** Radius in pixels of the badge of so many trees. */
export const badgeRadius = (count) => 13 + 3.4 * Math.log10(Math.max(count, 1));

/** Room left between two badges. */
const GAP = 6;

/**
 * @param {{count: number, state: string, immediate: boolean, at: {x: number, y: number}}[]} cells
 * @param {(state: string) => number} rank
 * @returns {{count: number, state: string, immediate: boolean, at: {x: number, y: number}}[]} fewer, larger ones
 */
export function joinCells(cells, rank) {
  const joined = [];
  for (const cell of [...cells].sort((a, b) => b.count - a.count)) {
    const near = joined.find((each) => touches(each, cell));
    if (near) merge(near, cell, rank);
    else joined.push({ ...cell, at: { ...cell.at } });
  }
  return joined.some((a, i) => joined.some((b, j) => j > i && touches(a, b))) && joined.length < cells.length
    ? joinCells(joined, rank)
    : joined;
}

function touches(a, b) {
  return Math.hypot(a.at.x - b.at.x, a.at.y - b.at.y) < badgeRadius(a.count) + badgeRadius(b.count) + GAP;
}

/** The middle moves to where most trees are; the worst state wins. */
function merge(into, cell, rank) {
  const count = into.count + cell.count;
  into.at = {
    x: (into.at.x * into.count + cell.at.x * cell.count) / count,
    y: (into.at.y * into.count + cell.at.y * cell.count) / count,
  };
  into.count = count;
  into.immediate ||= cell.immediate;
  if (rank(cell.state) > rank(into.state)) into.state = cell.state;
}
