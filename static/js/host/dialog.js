/** A modal dialog. The close button, Escape or a press outside closes it, and the focus returns to where it was. */
import { button } from "../ui/buttons.js";
import { byId, el } from "../ui/dom.js";

/** @param {HTMLHeadingElement} title with an id @param {string} className @param {...Node} children */
export function dialog(title, className, ...children) {
  const element = el("dialog", { className });
  element.setAttribute("aria-labelledby", title.id);
  const head = el("div", { className: "panel-head" }, title, closeButton(() => element.close()));
  element.append(el("div", { className: "panel-body" }, head, ...children));
  element.addEventListener("click", ({ target }) => {
    if (target === element) element.close(); // a press on the backdrop
  });
  byId("room").append(element);
  return element;
}

/** @param {() => void} onClick */
export function closeButton(onClick) {
  const close = button("×", onClick, "close");
  close.setAttribute("aria-label", "Close");
  return close;
}
