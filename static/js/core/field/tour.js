// Which tree of a tour comes next: the office's walking order, without those that were visited.

/**
 * Trees of a tour still to visit, from the present one on; those passed over before it come last.
 *
 * @param {{order: string[], visited: string[]}} tour ids of trees
 * @param {{current?: string, accept?: (id: string) => boolean}} [where] current: id of the tree one stands at
 * @returns {string[]}
 */
export function stopsAhead({ order, visited }, { current = "", accept = () => true } = {}) {
  const done = new Set(visited);
  const at = order.indexOf(current);
  return [...order.slice(at + 1), ...order.slice(0, Math.max(at, 0))]
    .filter((id) => id !== current && !done.has(id) && accept(id));
}

/**
 * The tour that is followed: the newest on board that has trees to visit, or null.
 *
 * @param {{fetched_at: ?number, order?: string[], visited?: string[]}[]} areas
 */
export function followedTour(areas) {
  const open = areas
    .filter(({ order = [], visited = [] }) => order.some((id) => !visited.includes(id)))
    .sort((one, other) => (other.created_at ?? 0) - (one.created_at ?? 0));
  return open[0] ?? null;
}
