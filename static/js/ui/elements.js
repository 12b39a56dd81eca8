/** Elements for what no template holds. What people wrote goes in as text and stays text. */

/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag @param {object} [traits] @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[T]}
 */
export function made(tag, traits = {}, ...children) {
  const element = Object.assign(document.createElement(tag), traits);
  element.append(...children);
  return element;
}

/** @param {string} words @param {(event: MouseEvent) => void} press @param {string} [className] */
export function button(words, press, className = "minor") {
  const element = made("button", { type: "button", className }, words);
  element.addEventListener("click", press);
  return element;
}

/**
 * A button for what cannot be undone: it gives way to a question, and only a second press acts.
 * @param {string} words @param {(Node | string)[]} question @param {string} yes @param {() => Promise<unknown>} act
 */
export function asking(words, question, yes, act) {
  const first = button(words, ask);
  const place = made("div", { className: "asking" }, first);
  function ask() {
    const no = button("Cancel", back);
    const asked = made("p", {}, ...question);
    place.replaceChildren(asked, no, button(yes, () => act().then(back), "minor is-grave"));
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", asked.textContent ?? "");
    no.focus(); // Enter pressed twice does nothing
  }
  function back() {
    const held = place.contains(document.activeElement);
    place.replaceChildren(first);
    for (const name of ["role", "aria-label"]) place.removeAttribute(name);
    if (held) first.focus();
  }
  return place;
}
