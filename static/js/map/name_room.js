/** Where names find room on our own map, between each other and the badges of trees; used by base_names.js. */

import { badgeCircles } from "baum/map/tree_paint.js";

/** A street's name comes again after so many pixels. */
const REPEAT = 420;
/** Pixels between what a badge covers and a name. */
const CLEAR = 1.5;
/** Pixels that a badge may move before it counts as another one. */
const SAME = 1;

/** Circles in pixels of a view that no name may touch. */
export function circles(badges, view) {
  const found = badges.flatMap((badge) => badgeCircles(view.place(badge.x, badge.y), badge));
  return found
    .map(({ x, y, reach }) => ({ x, y, reach: reach + CLEAR }))
    .filter((circle) => touches(circle, { left: 0, top: 0, right: view.size.x, bottom: view.size.y }));
}

/** Whether these are the same circles, in whatever order. */
export function same(some, others) {
  const near = (a, b) => Math.hypot(a.x - b.x, a.y - b.y) < SAME && Math.abs(a.reach - b.reach) < SAME;
  return some.length === others.length && some.every((a) => others.some((b) => near(a, b)));
}

/** Where words already stand. */
export class Placed {
  boxes = [];
  names = new Map();

  /** @param {{x: number, y: number, reach: number}[]} circles that no name may touch */
  constructor(circles) {
    this.circles = circles;
  }

  /** Take a box for a name if it is free and the same name is not near. */
  take(name, x, y, width, height) {
    const near = (this.names.get(name) ?? []).some((spot) => Math.hypot(spot.x - x, spot.y - y) < REPEAT);
    const box = {
      left: x - width / 2 - 4,
      right: x + width / 2 + 4,
      top: y - height / 2 - 3,
      bottom: y + height / 2 + 3,
    };
    const covered = this.boxes.some((b) =>
      b.left < box.right && box.left < b.right && b.top < box.bottom && box.top < b.bottom
    );
    if (near || covered || this.circles.some((circle) => touches(circle, box))) return false;
    this.boxes.push(box);
    this.names.set(name, [...(this.names.get(name) ?? []), { x, y }]);
    return true;
  }
}

/** Whether a circle reaches into a box. */
function touches({ x, y, reach }, { left, right, top, bottom }) {
  return Math.hypot(x - Math.max(left, Math.min(x, right)), y - Math.max(top, Math.min(y, bottom))) < reach;
}
