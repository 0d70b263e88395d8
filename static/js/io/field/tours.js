/** The tour on board: its trees in walking order, and which of them were visited on this tablet. */

import { followedTour } from "baum/core/field/tour.js";
import { open, write } from "baum/io/field/database.js";

/** @returns {Promise<?{id: string, name: string, order: string[], visited: string[]}>} */
export async function tourOnBoard() {
  const found = followedTour(await (await open()).getAll("areas"));
  return found && { id: found.id, name: found.name, order: found.order, visited: found.visited ?? [] };
}

/** Mark a tree as visited in every tour that holds it, or take the mark back (undone). */
export async function markVisited(tree, visited = true) {
  await write(["areas"], async (transaction) => {
    const store = transaction.objectStore("areas");
    for (const area of await store.getAll()) {
      if (!area.order?.includes(tree)) continue;
      const others = (area.visited ?? []).filter((id) => id !== tree);
      await store.put({ ...area, visited: visited ? [...others, tree] : others });
    }
  });
}
