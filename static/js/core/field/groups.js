// The outline of a group of trees drawn on the tablet: how large it is, and whether it is one area.

/** Marks a sentence for translation; whoever shows it translates it. */
const t = (sentence) => sentence;

const METRES_PER_DEGREE = 111_195;
/** Larger is a wood, not a group; as the server says (baumkataster/services/groups.py). */
const LARGEST_M2 = 2_000_000;
const SMALLEST_M2 = 1;

/** The ring without the repeated last corner and without corners that stand on each other. */
export function cornersOf(ring) {
  const apart = ring.filter(([lon, lat], i) => i === 0 || lon !== ring[i - 1][0] || lat !== ring[i - 1][1]);
  const [first, last] = [apart[0], apart.at(-1)];
  const closed = apart.length > 1 && first[0] === last[0] && first[1] === last[1];
  return closed ? apart.slice(0, -1) : apart;
}

/** The ring as the server takes it: its first corner again at the end. */
export function closedRing(ring) {
  const corners = cornersOf(ring);
  return corners.length ? [...corners, corners[0]] : [];
}

/** Area of a ring in m², exact enough for some hectares. */
export function ringArea(ring) {
  const corners = metric(cornersOf(ring));
  let twice = 0;
  for (const [i, [x, y]] of corners.entries()) {
    const [nextX, nextY] = corners[(i + 1) % corners.length];
    twice += x * nextY - nextX * y;
  }
  return Math.abs(twice) / 2;
}

/** Corners in metres from the first one. */
function metric(corners) {
  if (!corners.length) return [];
  const [[lon0, lat0]] = corners;
  const narrow = Math.cos(lat0 * Math.PI / 180);
  return corners.map(([lon, lat]) => [
    (lon - lon0) * METRES_PER_DEGREE * narrow,
    (lat - lat0) * METRES_PER_DEGREE,
  ]);
}

/** Do two sides of the ring cross or touch each other? */
export function crossesItself(ring) {
  const corners = metric(cornersOf(ring));
  const n = corners.length;
  const side = (i) => [corners[i], corners[(i + 1) % n]];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const neighbours = j === i + 1 || (i === 0 && j === n - 1);
      if (neighbours ? foldsBack(side(i), side(j)) : meet(side(i), side(j))) return true;
    }
  }
  return false;
}

const turn = ([ax, ay], [bx, by], [cx, cy]) => Math.sign((bx - ax) * (cy - ay) - (by - ay) * (cx - ax));
const between = ([ax, ay], [bx, by], [px, py]) =>
  px >= Math.min(ax, bx) && px <= Math.max(ax, bx) && py >= Math.min(ay, by) && py <= Math.max(ay, by);

function meet([a, b], [c, d]) {
  const turns = [turn(a, b, c), turn(a, b, d), turn(c, d, a), turn(c, d, b)];
  if (turns[0] !== turns[1] && turns[2] !== turns[3]) return true;
  const onLine = [[a, b, c], [a, b, d], [c, d, a], [c, d, b]];
  return onLine.some(([p, q, point], i) => turns[i] === 0 && between(p, q, point));
}

/** Neighbours share a corner; wrong is only a second side that runs back over the first. */
function foldsBack([a, b], [c, d]) {
  const shared = b === c;
  const [from, corner, to] = shared ? [a, b, d] : [c, d, b];
  if (turn(from, corner, to) !== 0) return false;
  return (from[0] - corner[0]) * (to[0] - corner[0]) + (from[1] - corner[1]) * (to[1] - corner[1]) > 0;
}

/**
 * Why a ring is no area, for any polygon that is drawn; a German sentence (key of translation) or null.
 *
 * @param {number[][]} ring [[lon, lat], …], closed or not
 * @returns {?string}
 */
export function ringProblem(ring) {
  if (cornersOf(ring).length < 3) return t("Der Umriss braucht mindestens drei Ecken.");
  return crossesItself(ring) ? t("Der Umriss überschneidet sich selbst.") : null;
}

/** What is wrong with the outline of a group, its size too; empty when it can be kept. */
export function ringProblems(ring) {
  const problem = ringProblem(ring);
  if (problem) return [problem];
  const area = ringArea(ring);
  if (area < SMALLEST_M2) return [t("Der Umriss ist kleiner als ein Quadratmeter.")];
  return area > LARGEST_M2 ? [t("Der Umriss ist für eine Baumgruppe zu groß.")] : [];
}

/**
 * What is wrong with a group before it is kept, by field.
 *
 * @param {{place: string, ring: number[][], tree_count: ?number, species: {species: string, percent: number}[]}} body
 * @returns {Record<string, string[]>}
 */
export function groupProblems(body) {
  const problems = {};
  const ring = ringProblems(body.ring ?? []);
  if (ring.length) problems.ring = ring;
  if (!body.place) problems.place = [t("Das Objekt fehlt.")];
  const count = body.tree_count ?? null;
  if (count !== null && !(Number.isInteger(count) && count > 0)) {
    problems.tree_count = [t("Die Anzahl ist eine ganze Zahl ab 1.")];
  }
  const shares = shareProblems(body.species ?? []);
  if (shares.length) problems.species = shares;
  return problems;
}

function shareProblems(shares) {
  if (shares.some(({ percent }) => !(Number.isInteger(percent) && percent >= 1))) {
    return [t("Jeder Anteil einer Baumart ist eine ganze Zahl ab 1 %.")];
  }
  if (new Set(shares.map(({ species }) => species)).size < shares.length) {
    return [t("Eine Baumart steht zweimal da.")];
  }
  const sum = shares.reduce((total, { percent }) => total + percent, 0);
  return sum > 100 ? [t("Die Anteile der Baumarten sind zusammen höchstens 100 %.")] : [];
}
