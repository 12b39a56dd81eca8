/** Buttons, and buttons that ask for confirmation. */
import { el } from "./dom.js";

/** @param {string} label @param {(event: MouseEvent) => void} onClick @param {string} [className] */
export function button(label, onClick, className = "minor") {
  const element = el("button", { type: "button", className }, label);
  element.addEventListener("click", onClick);
  return element;
}

/**
 * A button for an action that cannot be undone: a press shows a question, and only a second press acts.
 * @param {string} label @param {(Node | string)[]} question @param {string} yes label of the second button
 * @param {() => Promise<unknown>} act
 */
export function confirmButton(label, question, yes, act) {
  const first = button(label, ask);
  const container = el("div", { className: "confirm" }, first);
  function ask() {
    const no = button("Cancel", back);
    const prompt = el("p", {}, ...question);
    container.replaceChildren(prompt, no, button(yes, () => act().then(back), "minor is-danger"));
    container.setAttribute("role", "group");
    container.setAttribute("aria-label", prompt.textContent ?? "");
    no.focus(); // pressing Enter twice changes nothing
  }
  function back() {
    const hadFocus = container.contains(document.activeElement);
    container.replaceChildren(first);
    for (const name of ["role", "aria-label"]) container.removeAttribute(name);
    if (hadFocus) first.focus();
  }
  return container;
}
