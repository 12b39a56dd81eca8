/** The box to write in. It is never disabled, and an unsent draft survives a reload. */
import { inside } from "../ui/dom.js";
import { forThisTab, text } from "../identity/storage.js";
import { counted } from "../ui/words.js";

const LONGEST = 2000; // characters (code points), the server's limit
const IME = 229; // the keyCode of a key that an input method swallowed; Safari tells only so

export class Composer {
  #form;
  #box;
  #complaint;
  #draft;
  #send;

  /** @param {HTMLFormElement} form @param {string} chatId @param {(body: string) => void} send */
  constructor(form, chatId, send) {
    this.#form = form;
    this.#box = /** @type {HTMLTextAreaElement} */ (inside(form, "textarea"));
    this.#complaint = inside(form, ".problem");
    this.#draft = `watchparty:draft:${chatId}`;
    this.#send = send;
    this.#box.value = text(forThisTab.read(this.#draft).body);
    this.#listen();
    this.#fit();
  }

  /** Ready to type where that brings up no keyboard over half the screen. */
  focusIfRoomy() {
    if (matchMedia("(pointer: fine)").matches) this.#box.focus();
    this.#fit();
  }

  #listen() {
    this.#form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.#box.addEventListener("input", () => this.#keep());
    this.#box.addEventListener("keydown", (event) => this.#press(event));
    // The box keeps the focus, and a phone its keyboard, when Send is pressed.
    inside(this.#form, "button").addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("resize", () => this.#fit());
  }

  /** @param {KeyboardEvent} event */
  #press(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === IME) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const body = this.#box.value.trim();
    this.#box.focus();
    if (!body || this.#complain(body)) return;
    this.#send(body);
    this.#box.value = "";
    this.#keep();
  }

  #keep() {
    if (this.#box.value) forThisTab.write(this.#draft, { body: this.#box.value });
    else forThisTab.remove(this.#draft);
    this.#complain(this.#box.value.trim());
    this.#fit();
  }

  /** @param {string} body @returns {boolean} whether it is too long */
  #complain(body) {
    const surplus = body.length > LONGEST ? [...body].length - LONGEST : 0;
    const words = surplus > 0 ? `${counted(surplus, "character")} too many` : "";
    if (this.#complaint.textContent !== words) this.#complaint.textContent = words;
    if (words) this.#box.setAttribute("aria-invalid", "true");
    else this.#box.removeAttribute("aria-invalid");
    return surplus > 0;
  }

  /** As tall as its text; the style sheet says where that ends. */
  #fit() {
    this.#box.style.blockSize = "auto";
    const border = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.blockSize = `${this.#box.scrollHeight + border}px`;
  }
}
