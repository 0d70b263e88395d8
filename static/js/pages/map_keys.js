/** Keys of the map page: / search, j and k next and previous tree, e edit, Esc closes. */

/** Whether keys are being typed into something. */
function isTyping(target) {
  return Boolean(target.closest?.("input, textarea, select, [contenteditable]"));
}

/**
 * @param {{search: {focusField: () => void}, step: (by: number) => void, edit: () => void, escape: () => void}} deeds
 */
export function wireKeys({ search, step, edit, escape }) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "Escape") return escape();
    if (isTyping(event.target)) return;
    const deed = { "/": () => search.focusField(), j: () => step(1), k: () => step(-1), e: edit }[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
}
