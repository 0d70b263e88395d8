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
  const widest = 2 * badgeRadius(cells.reduce((sum, cell) => sum + cell.count, 0)) + GAP;
  let before;
  let joined = cells;
  do {
    before = joined.length;
    const ground = new Ground(widest);
    for (const cell of [...joined].sort((a, b) => b.count - a.count)) {
      const near = ground.touching(cell);
      if (near) ground.merge(near, cell, rank);
      else ground.put({ ...cell, at: { ...cell.at } });
    }
    joined = ground.badges.map(({ badge }) => badge);
    if (!ground.crowded()) break;
  } while (joined.length < before);
  return joined;
}

/** Badges by squares, none of which is smaller than the widest two need: only neighbours can touch. */
class Ground {
  constructor(edge) {
    this.edge = edge;
    this.squares = new Map();
    this.badges = [];
  }

  put(badge) {
    const spot = { badge, radius: badgeRadius(badge.count), order: this.badges.length };
    this.badges.push(spot);
    this.#enter(spot);
  }

  /** The first badge that this cell would cover in part. */
  touching({ at, count }) {
    const radius = badgeRadius(count);
    let first = null;
    for (const spot of this.#around(at)) {
      if ((!first || spot.order < first.order) && touches(spot, at, radius)) first = spot;
    }
    return first;
  }

  merge(spot, cell, rank) {
    const inside = this.squares.get(spot.square);
    inside.splice(inside.indexOf(spot), 1);
    merge(spot.badge, cell, rank);
    spot.radius = badgeRadius(spot.badge.count);
    this.#enter(spot);
  }

  /** Whether any two touch. */
  crowded() {
    return this.badges.some((spot) => {
      for (const other of this.#around(spot.badge.at)) {
        if (other !== spot && touches(other, spot.badge.at, spot.radius)) return true;
      }
      return false;
    });
  }

  #enter(spot) {
    const { x, y } = spot.badge.at;
    spot.square = squareOf(Math.floor(x / this.edge), Math.floor(y / this.edge));
    if (!this.squares.has(spot.square)) this.squares.set(spot.square, []);
    this.squares.get(spot.square).push(spot);
  }

  *#around({ x, y }) {
    const [column, row] = [Math.floor(x / this.edge), Math.floor(y / this.edge)];
    for (let i = -1; i <= 1; i += 1) {
      for (let j = -1; j <= 1; j += 1) yield* this.squares.get(squareOf(column + i, row + j)) ?? [];
    }
  }
}

const squareOf = (column, row) => column * 1e7 + row;

function touches({ badge, radius }, at, other) {
  return Math.hypot(badge.at.x - at.x, badge.at.y - at.y) < radius + other + GAP;
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
