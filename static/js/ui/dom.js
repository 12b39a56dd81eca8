/** The parts a template promised. A missing one is a mistake in the template, so it is loud. */

/** @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T} */
export function part(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (found);
}

/** @param {string} id of a <template> with one element in it @returns {HTMLElement} */
export function cloned(id) {
  const template = /** @type {HTMLTemplateElement} */ (part(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/** @template {HTMLElement} [T=HTMLElement] @param {Element} within @param {string} selector @returns {T} */
export const inside = (within, selector) => /** @type {T} */ (within.querySelector(selector));
