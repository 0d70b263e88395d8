// Finding on the tablet: species, symptoms, plates, the nearest trees.
import assert from "node:assert/strict";
import { bearing, directionWord, distanceWords, metres, nearestDue } from "baum/core/field/nearest.js";
import { meaningOf } from "baum/core/field/plates.js";
import { PointIndex } from "baum/core/field/point_index.js";
import { SpeciesIndex, typingErrors } from "baum/core/field/species_search.js";
import { ranked } from "baum/core/field/symptom_rank.js";

const file = (path) => Deno.readTextFileSync(new URL(path, import.meta.url));

/** The shipped list of species as REFERENCE has it. */
function shipped() {
  const [, ...lines] = file("../../fixtures/species.csv").trim().split("\n");
  return lines.filter((line) => !line.includes('"')).map((line, i) => {
    const [genus, hybrid, species, infra, cultivar, german, leaf_type, , , , , synonyms, frequency] = line
      .split(",");
    const parts = [genus, hybrid === "1" ? "×" : "", species, infra, cultivar && `'${cultivar}'`];
    const botanical = parts.filter(Boolean).join(" ");
    return { id: `s${i}`, botanical, german, leaf_type, synonyms, trees: Number(frequency), active: true };
  });
}
const INDEX = new SpeciesIndex(shipped());
const first = (text) => INDEX.find(text, 1)[0]?.botanical;

const rows = [
  ["Winterlinde", "Tilia cordata"],
  ["Winterlnde", "Tilia cordata"],
  ["winter linde", "Tilia cordata"],
  ["Winter-Linde", "Tilia cordata"],
  ["Linde Winter", "Tilia cordata"],
  ["tillia cordata", "Tilia cordata"],
  ["Tilia cordat", "Tilia cordata"],
  ["tilia parvifolia", "Tilia cordata"],
  ["Spitzahron", "Acer platanoides"],
  ["Spitzahorn", "Acer platanoides"],
  ["spitz ah", "Acer platanoides"],
  ["acer platan", "Acer platanoides"],
  ["stieleiche", "Quercus robur"],
  ["Steileiche", "Quercus robur"],
  ["weisstanne", "Abies alba"],
  ["Weiß-Tanne", "Abies alba"],
  ["larche", "Larix decidua"],
  ["laerche", "Larix decidua"],
];
for (const [text, botanical] of rows) {
  Deno.test(`species: ${text} → ${botanical}`, () => {
    const found = text === "larche" || text === "laerche"
      ? INDEX.find(text, 8).map((s) => s.botanical)
      : [first(text)];
    assert.ok(found.includes(botanical), found.join("; "));
  });
}

Deno.test("umlauts may be typed as they stand, as two letters or left out", () => {
  const index = new SpeciesIndex([
    { id: "a", botanical: "Quercus robur 'Fastigiata'", german: "Säulen-Eiche", trees: 3 },
    { id: "b", botanical: "Salix alba", german: "Weißweide", trees: 9 },
  ]);
  for (const text of ["Säuleneiche", "saeuleneiche", "SAEULEN eiche", "sauleneiche"]) {
    assert.deepEqual(index.find(text).map((s) => s.id), ["a"], text);
  }
  for (const text of ["Weißweide", "weissweide", "weiswede"]) {
    assert.deepEqual(index.find(text).map((s) => s.id), ["b"], text);
  }
});

const SMALL = [
  { id: "rare", botanical: "Acer pseudoplatanus", german: "Berg-Ahorn", trees: 2 },
  { id: "often", botanical: "Acer campestre", german: "Feld-Ahorn", trees: 90, synonyms: ["Acer minor"] },
  { id: "genus", botanical: "Acer", german: "Ahorn", trees: 0 },
  { id: "gone", botanical: "Acer opalus", german: "Schneeball-Ahorn", trees: 99, active: false },
];

Deno.test("the frequent species here come first, a name typed whole before them", () => {
  const ids = (text, n) => new SpeciesIndex(SMALL).find(text, n).map((species) => species.id);
  assert.deepEqual(ids("aho"), ["often", "rare", "genus"]);
  assert.deepEqual(ids("ahorn"), ["genus", "often", "rare"]);
  assert.deepEqual(ids("ahron"), ["often", "rare", "genus"]);
  assert.deepEqual(ids(""), ["often", "rare", "genus"]);
  assert.deepEqual(ids("acer minor"), ["often"]);
  assert.deepEqual(ids("minor acr"), []);
  assert.deepEqual(ids("ahorn", 1), ["genus"]);
  assert.deepEqual(ids("buche"), []);
  assert.deepEqual(ids("xy"), []);
  assert.equal(new SpeciesIndex(SMALL).size, 3);
});

Deno.test("symptoms: those of this species first, then those of all, then the catalogue", () => {
  const symptoms = ["K01", "K02", "K03", "K04", "S01"].map((code, i) => ({
    code,
    zone: code[0],
    position: i,
    active: code !== "K04",
  }));
  const use = { all: { K03: 50, K01: 2, K04: 99 }, species: { lime: { K02: 1 } } };
  const codes = (...args) => ranked(symptoms, ...args).map((symptom) => symptom.code);
  assert.deepEqual(codes("K", "lime", use), ["K02", "K03", "K01"]);
  assert.deepEqual(codes("K", "oak", use), ["K03", "K01", "K02"]);
  assert.deepEqual(codes("K", null), ["K01", "K02", "K03"]);
  assert.deepEqual(codes(null, "lime", use), ["K02", "K03", "K01", "S01"]);
  assert.equal(symptoms[0].code, "K01", "the catalogue itself keeps its order");
});

const ID = "1b4e28ba-2fa1-41d2-883f-0016d3cca427";
const plates = [
  [`https://baum.example.org/karte/?ebene=1&baum=${ID}`, { id: ID }],
  [`http://10.0.0.1/?baum=${ID.toUpperCase()}#x`, { id: ID }],
  [`https://baum.example.org/karte/#baum=${ID}`, { id: ID }],
  [ID, { id: ID }],
  [` ${ID.toUpperCase()}\n`, { id: ID }],
  [ID.replaceAll("-", ""), { id: ID }],
  [`urn:uuid:${ID}`, { id: ID }],
  [`{${ID}}`, { id: ID }],
  ["0417", { number: "0417" }],
  ["12a", { number: "12a" }],
  ["G12", { number: "G12" }],
  ["Lindenweg 12", { number: "12", place: "Lindenweg" }],
  ["Am alten Hafen, 12 b", { number: "12 b", place: "Am alten Hafen" }],
  ["Straße des 17. Juni 4", { number: "4", place: "Straße des 17. Juni" }],
  ["OL-000123-7", { tag: "OL-000123-7" }],
  ["04 1234567890", { tag: "04 1234567890" }],
  ["https://example.org/?baum=0417", { tag: "https://example.org/?baum=0417" }],
  ["12\u0000", { number: "12" }],
  ["  ", null],
  [null, null],
];
for (const [text, meaning] of plates) {
  Deno.test(`plate: ${JSON.stringify(text)}`, () => assert.deepEqual(meaningOf(text), meaning));
}

/** Always the same scattered trees: about 3 by 3 km. */
function trees(n) {
  let seed = 7;
  const next = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
  return Array.from(
    { length: n },
    (_, i) => ({ id: i, lon: 8.2 + next() * 0.045, lat: 53.13 + next() * 0.027 }),
  );
}

Deno.test("the index finds in a box what a scan finds", () => {
  const points = trees(3000);
  const index = new PointIndex(points);
  for (
    const box of [[8.2102, 53.1352, 8.2133, 53.1383], [8.2, 53.13, 8.3, 53.2], [8.22, 53.14, 8.22, 53.14], [
      -9,
      -9,
      -8,
      -8,
    ]]
  ) {
    const [w, s, e, n] = box;
    const wanted = points.filter((p) => p.lon >= w && p.lon <= e && p.lat >= s && p.lat <= n);
    const found = index.within(box).map((p) => p.id).sort((a, b) => a - b);
    assert.deepEqual(found, wanted.map((p) => p.id), String(box));
  }
});

Deno.test("the index finds the nearest that a scan finds, near and far", () => {
  const points = trees(2000);
  const index = new PointIndex(points);
  const spots = [...trees(60).map((p) => ({ lon: p.lon + 0.003, lat: p.lat - 0.002 })), {
    lon: 8.1,
    lat: 53.0,
  }, { lon: 9, lat: 54 }];
  for (const here of spots) {
    const wanted = points.map((p) => [metres(here, p), p.id]).sort((a, b) => a[0] - b[0]).slice(0, 5);
    const found = index.near(here.lon, here.lat, 5);
    assert.deepEqual(found.map(({ point }) => point.id), wanted.map(([, id]) => id));
    assert.equal(index.nearest(here.lon, here.lat, wanted[0][0] * 0.99), null);
    assert.equal(index.nearest(here.lon, here.lat, wanted[0][0] * 1.01).id, wanted[0][1]);
  }
});

Deno.test("the edges of a box belong to it", () => {
  const index = new PointIndex([{ id: "a", lon: 8.2, lat: 53.1 }, { id: "b", lon: 9, lat: 54 }]);
  for (const box of [[8.2, 53.1, 8.3, 53.2], [8.1, 53, 8.2, 53.1]]) {
    assert.deepEqual(index.within(box).map((p) => p.id), ["a"]);
  }
});

Deno.test("the index follows trees that are moved, planted or gone", () => {
  const index = new PointIndex([{ id: "a", lon: 8.2, lat: 53.1 }]);
  index.set({ id: "a", lon: 8.3, lat: 53.2 });
  index.set({ id: "b", lon: 8.2, lat: 53.1 });
  assert.equal(index.size, 2);
  assert.deepEqual(index.within([8.19, 53.09, 8.21, 53.11]).map((p) => p.id), ["b"]);
  assert.equal(index.delete("b"), true);
  assert.equal(index.delete("b"), false);
  assert.equal(index.nearest(8.2, 53.1).id, "a");
  assert.equal(index.get("a").lat, 53.2);
  assert.equal(new PointIndex().nearest(8, 53), null);
  assert.deepEqual([...index].map((p) => p.id), ["a"]);
});

const t = (text) => text;

Deno.test("distance and direction in words", () => {
  const here = { lon: 8.2, lat: 53.1 };
  assert.ok(Math.abs(metres(here, { lon: 8.2, lat: 53.101 }) - 111.2) < 0.1);
  const word = (lon, lat) => directionWord(bearing(here, { lon, lat }), t);
  assert.deepEqual(
    [
      word(8.2, 53.2),
      word(8.21, 53.106),
      word(8.3, 53.1),
      word(8.21, 53.094),
      word(8.2, 53),
      word(8.19, 53.094),
      word(8.1, 53.1),
      word(8.19, 53.106),
    ],
    ["N", "NO", "O", "SO", "S", "SW", "W", "NW"],
  );
  assert.equal(directionWord(359, t), "N");
  assert.deepEqual(
    [
      distanceWords(7.6),
      distanceWords(144),
      distanceWords(1234),
      distanceWords(1234, "en"),
      distanceWords(25_400),
      distanceWords(999),
    ],
    ["8 m", "140 m", "1,2 km", "1.2 km", "25 km", "1 km"],
  );
});

Deno.test("the nearest due trees: overdue, soon due, never inspected and emergencies", () => {
  const plan = (due_on, more = {}) => ({
    required: true,
    never: false,
    due_on,
    tolerance_until: due_on,
    exempt_until: null,
    ...more,
  });
  const at = (id, lat, given, immediate = false) => ({ id, lon: 8.2, lat, plan: given, immediate });
  const points = [
    at("ok", 53.1001, plan("2028-01-01")),
    at("over", 53.103, plan("2026-01-01")),
    at("soon", 53.102, plan("2026-12-10")),
    at("never", 53.104, plan("2028-01-01", { never: true })),
    at("alarm", 53.101, plan("2028-01-01"), true),
    at("free", 53.1002, { required: false }),
  ];
  const here = { lon: 8.2, lat: 53.1 };
  for (const given of [points, new PointIndex(points)]) {
    const found = nearestDue(given, here, "2026-11-27", 10);
    assert.deepEqual(found.map(({ point, state }) => [point.id, state]), [
      ["alarm", "ok"],
      ["soon", "due30"],
      ["over", "overdue"],
      ["never", "never"],
    ]);
    assert.equal(Math.round(found[0].bearing), 0);
    assert.deepEqual(nearestDue(given, here, "2026-11-27", 1).map(({ point }) => point.id), ["alarm"]);
    const accept = (point) => point.id !== "alarm";
    const only = nearestDue(given, here, "2026-11-27", 5, { states: ["overdue"], accept });
    assert.deepEqual(only.map(({ point }) => point.id), ["over"]);
  }
});

/** Damerau distance by the textbook, to the nearest beginning of the word. */
function byTheBook(typed, word) {
  const d = Array.from(
    { length: typed.length + 1 },
    (_, i) => Array.from({ length: word.length + 1 }, (_, j) => i || j),
  );
  for (let i = 1; i <= typed.length; i++) {
    d[i][0] = i;
    for (let j = 1; j <= word.length; j++) {
      const cost = typed[i - 1] === word[j - 1] ? 0 : 1;
      d[i][j] = Math.min(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + cost);
      const swapped = i > 1 && j > 1 && typed[i - 1] === word[j - 2] && typed[i - 2] === word[j - 1];
      if (swapped) d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return Math.min(...d[typed.length]);
}

Deno.test("typing errors are counted as the textbook counts them", () => {
  let seed = 3;
  const next = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % 9973 % n;
  const word = (n) => Array.from({ length: 1 + next(n) }, () => "abc"[next(3)]).join("");
  for (let round = 0; round < 20_000; round++) {
    const [typed, whole] = [word(9), word(11)];
    for (const most of [1, 2]) {
      if (whole.length < typed.length - most) continue;
      const found = byTheBook(typed, whole);
      assert.equal(typingErrors(typed, whole, most), found <= most ? found : 99, `${typed} ${whole} ${most}`);
    }
  }
});

Deno.test("a pasted letter is no species, and breaks nothing", () => {
  assert.deepEqual(INDEX.find("linde".repeat(60)), []);
});
