/** An invite link as a picture, for a phone that is held up to this screen. */
import { dialog } from "./dialog.js";
import { made } from "../ui/elements.js";
import { part } from "../ui/dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** @type {Record<string, { title: string, words: string }>} by the role it leads to */
const SAID = {
  guest: { title: "Invite link", words: "Point a phone’s camera at it. Whoever has the link can join." },
  viewer: { title: "Read-only link", words: "Point a phone’s camera at it. Whoever has the link can read along." },
};

export class QrCode {
  #deeds;
  #title = made("h2", { id: "qr-title", tabIndex: -1 });
  #place = made("div", { className: "qr-code" });
  #words = made("p");
  #warning = made("p", { className: "local-only" });
  #dialog;

  /** @param {import("./chat-api.js").Deeds} deeds */
  constructor(deeds) {
    this.#deeds = deeds;
    this.#dialog = dialog(this.#title, "panel qr", this.#place, this.#words, this.#warning);
  }

  /** @param {string} role whom its link makes of people */
  async show(role) {
    const code = picture(await this.#deeds.draw(role));
    const { title, words } = SAID[role];
    code.setAttribute("aria-label", `QR code of the ${title.toLowerCase()}`);
    this.#title.textContent = title;
    this.#words.textContent = words;
    this.#place.replaceChildren(code);
    const { hidden, childNodes } = part("local-only"); // the same holds for the link in its field
    this.#warning.hidden = hidden;
    this.#warning.replaceChildren(...[...childNodes].map((node) => node.cloneNode(true)));
    if (!this.#dialog.open) this.#dialog.showModal(); // pressed twice
    this.#title.focus(); // and not the button that closes it
  }

  /** The link has been replaced: nobody is to scan the old one. */
  close() {
    this.#dialog.close();
  }
}

/** Built piece by piece: what a server says is never read as markup. @param {string} svg */
function picture(svg) {
  const picture = drawn("svg", svg.match(/<svg [^>]*>/)?.[0] ?? "");
  picture.append(...(svg.match(/<path [^>]*>/g) ?? []).map((path) => drawn("path", path)));
  picture.setAttribute("role", "img");
  return picture;
}

/** @param {"svg" | "path"} name @param {string} tag whose attributes that draw something are taken over */
function drawn(name, tag) {
  const element = document.createElementNS(SVG, name);
  for (const [, trait, value] of tag.matchAll(/ (viewBox|fill|stroke|d)="([^"]*)"/g)) element.setAttribute(trait, value);
  return element;
}
