/** A window over the page. Its button, Escape and a press beside it close it, and the focus goes back. */
import { button, made } from "../ui/elements.js";
import { part } from "../ui/dom.js";

/** @param {HTMLHeadingElement} title with an id @param {string} className @param {...Node} children */
export function dialog(title, className, ...children) {
  const element = made("dialog", { className });
  element.setAttribute("aria-labelledby", title.id);
  const head = made("div", { className: "panel-head" }, title, closing(() => element.close()));
  element.append(made("div", { className: "panel-body" }, head, ...children));
  element.addEventListener("click", ({ target }) => target === element && element.close()); // beside it
  part("room").append(element);
  return element;
}

/** @param {() => void} press */
export function closing(press) {
  const close = button("×", press, "close");
  close.setAttribute("aria-label", "Close");
  return close;
}
