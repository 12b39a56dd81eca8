/** Find, clone and build elements. Text from people is inserted as text nodes, never as markup. */

const HUES = 8; // as in tokens.css

/**
 * Return the element with this id. Throws if the template lacks it.
 * @template {HTMLElement} [T=HTMLElement] @param {string} id @returns {T}
 */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no #${id}`);
  return /** @type {T} */ (found);
}

/** The page works: take away the words that say otherwise. */
export const pageWorks = () => document.getElementById("stuck")?.remove();

/** @template {HTMLElement} [T=HTMLElement] @param {ParentNode} within @param {string} selector @returns {T} */
export const query = (within, selector) => /** @type {T} */ (within.querySelector(selector));

/** @param {string} id of a <template> with one element in it @returns {HTMLElement} */
export function cloneTemplate(id) {
  const template = /** @type {HTMLTemplateElement} */ (byId(id));
  return /** @type {HTMLElement} */ (template.content.firstElementChild?.cloneNode(true));
}

/**
 * Create an element.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {object} [properties] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function el(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** A name inside a sentence; `<bdi>` isolates its writing direction. @param {string} name */
export const nameElement = (name) => el("bdi", {}, name);

/** The class with the colour of a member. @param {number} memberId */
export const colourClass = (memberId) => `person-${memberId % HUES}`;

/**
 * Make `children` the children of `parent`, moving as few as possible.
 * @param {Element} parent @param {Element[]} children
 */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}

/**
 * Append `<link>`s to the head, and wait for the style sheets among them. Rejects if one of them fails to load.
 * @param {Iterable<HTMLLinkElement>} links
 */
export async function appendLinks(links) {
  const all = [...links];
  const sheets = all.filter(({ rel }) => rel === "stylesheet");
  const loaded = sheets.map(
    (sheet) =>
      new Promise((resolve, reject) => {
        sheet.onload = resolve;
        sheet.onerror = reject;
      }),
  );
  document.head.append(...all);
  await Promise.all(loaded);
}
