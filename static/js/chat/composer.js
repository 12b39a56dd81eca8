/** The message box. It is never disabled, and an unsent draft survives a reload. */
import { session, text } from "../identity/storage.js";
import { byId, query } from "../ui/dom.js";
import { counted } from "../ui/format.js";

const BODY_MAX = 2000; // characters (code points), the server's limit
const IME = 229; // the keyCode of key presses that an input method handles; in Safari it is the only sign of them

export class Composer {
  #room;
  #form = byId("composer");
  #box = /** @type {HTMLTextAreaElement} */ (query(this.#form, "textarea"));
  #problem = query(this.#form, ".problem");
  #draft;

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#draft = `watchparty:draft:${room.chatId}`;
    this.#box.value = text(session.read(this.#draft).body);
    this.#listen();
    this.#fitHeight();
    room.on("open", () => this.#focusUnlessTouch());
    room.on("resolved", () => this.#focusUnlessTouch()); // the button with the focus is about to vanish
    room.on("state", () => {
      this.#form.hidden = room.me.role === "viewer";
    });
  }

  /** Focus the box, except on touch screens, where that opens a keyboard over half the screen. */
  #focusUnlessTouch() {
    if (matchMedia("(pointer: fine)").matches) this.#box.focus();
    this.#fitHeight();
  }

  #listen() {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#box.addEventListener("input", () => this.#onInput());
    this.#box.addEventListener("keydown", (event) => this.#onKey(event));
    // Pressing Send must not take the focus from the box, or a phone closes its keyboard.
    query(this.#form, "button").addEventListener("mousedown", (event) => event.preventDefault());
    addEventListener("resize", () => this.#fitHeight());
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === IME) return;
    event.preventDefault();
    this.#submit();
  }

  #submit() {
    const body = this.#box.value.trim();
    this.#box.focus();
    if (!body || !this.#check(body)) return;
    this.#room.post(body);
    this.#box.value = "";
    this.#onInput();
  }

  #onInput() {
    if (this.#box.value) session.write(this.#draft, { body: this.#box.value });
    else session.remove(this.#draft);
    this.#check(this.#box.value.trim());
    this.#fitHeight();
  }

  /** @param {string} body @returns {boolean} whether it is short enough */
  #check(body) {
    const surplus = body.length > BODY_MAX ? [...body].length - BODY_MAX : 0;
    const problem = surplus > 0 ? `${counted(surplus, "character")} too many` : "";
    if (this.#problem.textContent !== problem) this.#problem.textContent = problem;
    if (problem) this.#box.setAttribute("aria-invalid", "true");
    else this.#box.removeAttribute("aria-invalid");
    return !problem;
  }

  /** Make the box as tall as its text, up to the limit in the style sheet. */
  #fitHeight() {
    this.#box.style.blockSize = "auto";
    const border = this.#box.offsetHeight - this.#box.clientHeight;
    this.#box.style.blockSize = `${this.#box.scrollHeight + border}px`;
  }
}
