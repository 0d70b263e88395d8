/** Values that the server wrote into the page as `<script type="application/json" id="…">`. */

/**
 * @param {string} id
 * @returns {any} null when the page has no such script
 */
export function pageData(id) {
  const element = document.getElementById(id);
  return element ? JSON.parse(element.textContent) : null;
}
