/** The field app's own line icons, drawn heavy enough for gloves and sun; all its parts use them. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths in a box of 24 units, drawn as lines. */
const PATHS = {
  position: "M12 2v4M12 18v4M2 12h4M18 12h4M12 6a6 6 0 1 0 0 12a6 6 0 1 0 0-12z",
  list: "M9 6h12M9 12h12M9 18h12M4 6h.01M4 12h.01M4 18h.01",
  search: "M11 4a7 7 0 1 0 0 14a7 7 0 1 0 0-14zM16.5 16.5L21 21",
  scan: "M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 8h3v3H8zM13 8h3v3h-3zM8 13h3v3H8zM13 13h3v3h-3z",
  menu: "M4 6h16M4 12h16M4 18h16",
  next: "M12 21v-7M12 14c-4 0-7-2.4-7-5.6C5 5.4 8 3 12 3s7 2.4 7 5.4c0 3.2-3 5.6-7 5.6zM8.5 21h7",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  back: "M20 12H5M11 5l-7 7l7 7",
  close: "M6 6l12 12M18 6L6 18",
  bring: "M12 3v12M7 10l5 5l5-5M4 20h16",
  send: "M12 21V9M7 14l5-5l5 5M4 4h16",
  gear: "M12 8.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 1 0 0-7zM12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M19 5l-2 2M7 17l-2 2",
  group: "M5 6l9-3l6 7l-4 10l-11-3zM10 11h.01M13 8h.01M14 14h.01",
  person: "M12 4a4 4 0 1 0 0 8a4 4 0 1 0 0-8zM4 21c0-4 3.6-6 8-6s8 2 8 6",
  office: "M4 21V5l8-2v18M12 9h8v12M3 21h18M7.5 8h.01M7.5 12h.01M7.5 16h.01M16 13h.01M16 17h.01",
  warning: "M12 4L2.5 20h19zM12 10v5M12 17.6h.01",
  check: "M4 12.5l5.5 5.5L20 7",
  arrow: "M12 3l7 17l-7-4l-7 4z",
  lock: "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  room: "M4 6c0-1.6 3.6-3 8-3s8 1.4 8 3v12c0 1.6-3.6 3-8 3s-8-1.4-8-3zM4 6c0 1.7 3.6 3 8 3s8-1.3 8-3M4 12c0 1.7 3.6 3 8 3s8-1.3 8-3",
};

/** An icon by name; words stand beside it or in the button's label. */
export function fieldIcon(name) {
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("class", `field-icon-svg field-icon-svg--${name}`);
  picture.setAttribute("aria-hidden", "true");
  picture.setAttribute("focusable", "false");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? "");
  picture.append(path);
  return picture;
}
