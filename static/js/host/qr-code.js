/** A dialog with an invite link as a QR code, which a phone can scan from this screen. */
import { byId, el } from "../ui/dom.js";
import { dialog } from "./dialog.js";

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, { title: string, words: string }>} by the role that the link grants */
const TEXTS = {
  guest: { title: "Invite link", words: "Point a phone’s camera at it. Whoever has the link can join." },
  viewer: { title: "Read-only link", words: "Point a phone’s camera at it. Whoever has the link can read along." },
};

export class QrCode {
  #api;
  #title = el("h2", { id: "qr-title", tabIndex: -1 });
  #code = el("div", { className: "qr-code" });
  #words = el("p");
  #warning = el("p", { className: "local-only" });
  #dialog;

  /** @param {import("./chat-api.js").ChatApi} api */
  constructor(api) {
    this.#api = api;
    this.#dialog = dialog(this.#title, "panel qr", this.#code, this.#words, this.#warning);
  }

  /** @param {string} role that the link grants */
  async show(role) {
    const code = picture(await this.#api.qrCode(role));
    const { title, words } = TEXTS[role];
    code.setAttribute("aria-label", `QR code of the ${title.toLowerCase()}`);
    this.#title.textContent = title;
    this.#words.textContent = words;
    this.#code.replaceChildren(code);
    const { hidden, childNodes } = byId("local-only"); // the warning that the link works on this computer only
    this.#warning.hidden = hidden;
    this.#warning.replaceChildren(...[...childNodes].map((node) => node.cloneNode(true)));
    if (!this.#dialog.open) this.#dialog.showModal(); // after a second press it is open already
    this.#title.focus(); // not the close button, which would be first
  }

  /** The link was replaced, so its code must not be scanned any more. */
  close() {
    this.#dialog.close();
  }
}

/** Rebuild the picture element by element, so that the server's SVG is never parsed as markup. @param {string} svg */
function picture(svg) {
  const root = svgElement("svg", svg.match(/<svg [^>]*>/)?.[0] ?? "");
  root.append(...(svg.match(/<path [^>]*>/g) ?? []).map((path) => svgElement("path", path)));
  root.setAttribute("role", "img");
  return root;
}

/** @param {"svg" | "path"} name @param {string} tag to take the harmless attributes from */
function svgElement(name, tag) {
  const element = document.createElementNS(SVG, name);
  for (const [, attribute, value] of tag.matchAll(/ (viewBox|fill|stroke|d)="([^"]*)"/g))
    element.setAttribute(attribute, value);
  return element;
}
