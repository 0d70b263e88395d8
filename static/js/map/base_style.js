/** Colours and widths of our own drawn city map, calm enough for the trees to stand out. */

/** Metres of a road or path; drawn at least as wide as the pixels given. */
export const LINES = {
  main_road: { metres: 12, least: 2.4, fill: "#fff6dc", casing: "#d9c58a", order: 5 },
  road: { metres: 7.5, least: 1.4, fill: "#ffffff", casing: "#cfd2d8", order: 4 },
  path: { metres: 2.2, least: 0.6, fill: "#f3e9d8", casing: null, order: 3 },
  rail: { metres: 3, least: 1.2, fill: "#9a9fae", casing: null, order: 6, dash: [8, 5] },
};

export const AREAS = {
  district: { fill: null, edge: "#b9a7c4", order: 2 },
  green: { fill: "#dcebd0", edge: "#c3d9b2", order: 0 },
  water: { fill: "#c4def0", edge: "#a5c9e2", order: 1 },
  building: { fill: "#e4e0da", edge: "#cfc9c0", order: 2, from: 15 },
};

export const GROUND = "#f4f3ef";

/** Words on the map: from which zoom, how large, in which colour. */
export const NAMES = {
  district: { from: 11, until: 16, size: 15, weight: 600, colour: "#5b5170", spaced: true },
  green: { from: 14, size: 12, weight: 500, colour: "#3f6b34" },
  water: { from: 14, size: 12, weight: 500, colour: "#2c6690", italic: true },
  main_road: { from: 14, size: 12, weight: 500, colour: "#5a4a16", along: true },
  road: { from: 16, size: 11.5, weight: 500, colour: "#4a4f5c", along: true },
  building: { from: 17, size: 11, weight: 500, colour: "#6b6459" },
};
