/** Builds elements without markup text, so that no value can become code; used by all components. */

/**
 * @param {string} name tag, with classes after dots: "button.kern-btn"
 * @param {Record<string, any>} [attributes] "on…" adds a listener, false and null are left out, true is ""
 * @param {...(Node|string|null|false|Array)} children
 * @returns {HTMLElement}
 */
export function h(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes ?? {})) set(element, key, value);
  element.append(
    ...children.flat(3).filter((child) =>
      child !== null && child !== undefined && child !== false && child !== ""
    ),
  );
  return element;
}

function set(element, key, value) {
  if (value === null || value === undefined || value === false) return;
  if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
  else if (key === "class") element.className = `${element.className} ${value}`.trim();
  else if (key === "dataset") Object.assign(element.dataset, value);
  else if (key === "value" && "value" in element) element.value = value;
  else element.setAttribute(key, value === true ? "" : value);
}

/** An icon of KERN. */
export const icon = (name) => h(`span.kern-icon.kern-icon--${name}`, { "aria-hidden": "true" });

/**
 * A KERN button.
 *
 * @param {string} label
 * @param {{kind?: "primary"|"secondary"|"tertiary", icon?: string, block?: boolean, small?: boolean}} [look]
 * @param {Record<string, any>} [attributes]
 */
export function button(label, look = {}, attributes = {}) {
  const size = (look.block ? " kern-btn--block" : "") + (look.small ? " kern-btn--x-small" : "");
  return h(
    "button",
    { type: "button", class: `kern-btn kern-btn--${look.kind ?? "secondary"}${size}`, ...attributes },
    look.icon && icon(look.icon),
    h("span.kern-label", {}, label),
  );
}

/** A square button with an icon and words for screen readers. */
export const iconButton = (label, name, attributes = {}) =>
  h(
    "button.baum-icon-btn",
    { type: "button", title: label, ...attributes },
    icon(name),
    h("span.kern-sr-only", {}, label),
  );

/** A coloured box with a sentence: kind info, success, warning or danger. */
export const alertBox = (kind, sentence, ...more) =>
  h(
    `div.kern-alert.kern-alert--${kind}`,
    { role: kind === "danger" ? "alert" : null },
    h("div.kern-alert__header", {}, icon(kind), h("span.kern-title.kern-title--small", {}, sentence)),
    more.length ? h("div.kern-alert__body", {}, more) : null,
  );

/** Tell the surroundings something: a bubbling event with a detail. */
export const tell = (element, name, detail) =>
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));

/** Terms and values; pairs without a value are left out. */
export function facts(pairs) {
  const rows = pairs.filter(([, value]) =>
    value !== null && value !== undefined && value !== "" && value !== false
  );
  return h("dl.baum-facts", {}, rows.flatMap(([term, value]) => [h("dt", {}, term), h("dd", {}, value)]));
}

/** Grey bars in place of what is still loading. */
export const skeleton = (lines = 4) =>
  h("div.skeleton", { "aria-busy": "true" }, Array.from({ length: lines }, () => h("span.skeleton__line")));
