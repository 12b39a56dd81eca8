/**
 * Deleting messages with a single button, which moves into the message that the pointer is on. For keyboard users
 * it is one tab stop after the log, and the arrow keys move it from message to message.
 */
import { button } from "../ui/buttons.js";
import { HOSTS } from "./chat-api.js";

const EXCERPT = 40; // characters of the message in the button's accessible name
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class DeleteMessage {
  #log;
  #api;
  #touched;
  #button = button("", (event) => this.#onClick(event), "delete-message");
  #isArmed = false; // the next press deletes
  #role = "";

  /** @param {HTMLElement} log @param {import("./chat-api.js").ChatApi} api @param {EventTarget | null} touched */
  constructor(log, api, touched) {
    this.#log = log;
    this.#api = api;
    this.#touched = touched; // pressed before this module was loaded: that message gets the button
    this.#button.setAttribute("aria-live", "off"); // the live region around it must not announce it
    this.#listen();
  }

  #listen() {
    this.#button.addEventListener("keydown", (event) => this.#onKey(event));
    this.#button.addEventListener("blur", () => this.#arm(false));
    this.#log.addEventListener("pointerover", ({ target }) => this.#point(target));
    this.#log.addEventListener("pointerleave", ({ pointerType }) => {
      if (pointerType === "mouse") this.#point(null);
    });
    this.#log.addEventListener("focusin", () => this.#offer());
    document.addEventListener("pointerdown", ({ target }) => {
      if (!this.#log.contains(/** @type {Node} */ (target))) this.#point(null);
    });
  }

  /** @param {string} role our own */
  set role(role) {
    const isFirst = !this.#role;
    this.#role = role;
    if (!isFirst) return;
    const pointed = this.#log.querySelector(".bubble:hover") ?? this.#touched;
    if (pointed) this.#point(pointed);
    else this.#offer(); // the focus may have been in the log before this was loaded
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    if (this.#button.matches(":focus-visible")) return; // a keyboard user is on the button
    const bubble = target instanceof Element ? target.closest(".bubble") : null;
    if (bubble && this.#deletable().includes(bubble)) this.#moveTo(bubble);
    else this.#button.remove();
  }

  /** For keyboard users, put the button into the newest message. */
  #offer() {
    const newest = this.#deletable().at(-1);
    if (newest && !this.#button.isConnected && this.#log.matches(":focus-visible")) this.#moveTo(newest);
  }

  /** @returns {Element[]} the messages that we may delete */
  #deletable() {
    const scope = HOSTS.includes(this.#role) ? "" : ".is-mine ";
    return [...this.#log.querySelectorAll(`${scope}.bubble[data-id]:not([data-state="deleted"])`)];
  }

  /** @param {Element} bubble */
  #moveTo(bubble) {
    if (bubble.contains(this.#button)) return;
    bubble.append(this.#button);
    this.#arm(false);
  }

  /** @param {KeyboardEvent} event */
  #onKey(event) {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    const current = this.#button.closest(".bubble");
    if (step || event.repeat) event.preventDefault(); // holding Enter down does not confirm
    if (!step || !current) return;
    const all = this.#deletable();
    const next = all[all.indexOf(current) + step];
    if (!next) return;
    this.#moveTo(next);
    this.#button.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  #onClick({ detail: clicks }) {
    if (!this.#isArmed) this.#arm(true);
    else if (clicks < 2) this.#delete(); // a double click does not confirm
  }

  /** @param {boolean} isArmed @param {string} [label] */
  #arm(isArmed, label = isArmed ? "Delete?" : "") {
    const text = this.#button.closest(".bubble")?.querySelector(".body")?.textContent ?? "";
    this.#isArmed = isArmed;
    this.#button.textContent = label;
    this.#button.classList.toggle("is-danger", isArmed);
    this.#button.setAttribute("aria-label", `${isArmed ? "Really delete" : "Delete"} message: ${text.slice(0, EXCERPT)}`);
  }

  async #delete() {
    const { id = "" } = this.#button.closest("li")?.dataset ?? {};
    try {
      await this.#api.deleteMessage(id);
      // The button vanishes with the message; the focus it had goes to the log.
      const focused = document.activeElement;
      if (focused === this.#button || focused === document.body) this.#log.focus({ preventScroll: true });
    } catch {
      this.#arm(true, "Not deleted. Again?");
    }
  }
}
