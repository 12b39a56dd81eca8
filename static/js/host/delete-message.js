/**
 * Taking messages back: one button, in the message that is pointed at or tapped. With the keyboard it
 * is a single stop behind the log, and the arrow keys carry it from message to message.
 */
import { HOSTS } from "./chat-api.js";
import { button } from "../ui/elements.js";

const EXCERPT = 40; // characters of a message in the name of its button
const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class TakeBack {
  #log;
  #deeds;
  #button = button("", (event) => this.#press(event), "take-back");
  #sure = false; // the next press counts
  #role = "";

  /** @param {HTMLElement} log @param {import("./chat-api.js").Deeds} deeds */
  constructor(log, deeds) {
    this.#log = log;
    this.#button.setAttribute("aria-live", "off"); // it stands in a live region and is no news
    this.#deeds = deeds;
    log.addEventListener("pointerover", ({ target }) => this.#point(target));
    log.addEventListener("pointerleave", ({ pointerType }) => pointerType === "mouse" && this.#point(null));
    log.addEventListener("focusin", () => this.#offer());
    this.#button.addEventListener("keydown", (event) => this.#step(event));
    this.#button.addEventListener("blur", () => this.#ask(false));
    document.addEventListener("pointerdown", ({ target }) => !log.contains(/** @type {Node} */ (target)) && this.#point(null));
  }

  /** @param {string} role our own */
  set role(role) {
    const first = !this.#role;
    this.#role = role;
    if (!first) return;
    const pointed = this.#log.querySelector(".bubble:hover");
    if (pointed) this.#point(pointed);
    else this.#offer(); // to whoever was here before we were
  }

  /** @param {EventTarget | null} target */
  #point(target) {
    if (this.#button.matches(":focus-visible")) return; // whoever uses the keyboard stays where they are
    const bubble = target instanceof Element ? target.closest(".bubble") : null;
    if (bubble && this.#mine().includes(bubble)) this.#place(bubble);
    else this.#button.remove();
  }

  /** Who comes by keyboard finds it in the newest message. */
  #offer() {
    const newest = this.#mine().at(-1);
    if (newest && !this.#button.isConnected && this.#log.matches(":focus-visible")) this.#place(newest);
  }

  /** @returns {Element[]} the messages that are ours to take back */
  #mine() {
    const whose = HOSTS.includes(this.#role) ? "" : ".is-mine ";
    return [...this.#log.querySelectorAll(`${whose}.bubble[data-id]:not([data-state="deleted"])`)];
  }

  /** @param {Element} bubble */
  #place(bubble) {
    if (bubble.contains(this.#button)) return;
    bubble.append(this.#button);
    this.#ask(false);
  }

  /** @param {KeyboardEvent} event */
  #step(event) {
    const step = STEPS[/** @type {keyof typeof STEPS} */ (event.key)];
    const here = this.#button.closest(".bubble");
    if (step || event.repeat) event.preventDefault(); // Enter held down is no yes
    if (!step || !here) return;
    const all = this.#mine();
    const next = all[all.indexOf(here) + step];
    if (!next) return;
    this.#place(next);
    this.#button.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  /** @param {MouseEvent} event */
  #press({ detail: clicks }) {
    if (!this.#sure) this.#ask(true);
    else if (clicks < 2) this.#takeBack(); // a double click is no yes
  }

  /** @param {boolean} sure @param {string} [words] */
  #ask(sure, words = sure ? "Delete?" : "") {
    const text = this.#button.closest(".bubble")?.querySelector(".body")?.textContent ?? "";
    this.#sure = sure;
    this.#button.textContent = words;
    this.#button.classList.toggle("is-sure", sure);
    this.#button.setAttribute("aria-label", `${sure ? "Really delete" : "Delete"} message: ${text.slice(0, EXCERPT)}`);
  }

  async #takeBack() {
    const { id = "" } = this.#button.closest("li")?.dataset ?? {};
    try {
      await this.#deeds.takeBack(id);
      // The message goes, and the button with it; whoever was on it must not be lost.
      if (/** @type {unknown[]} */ ([this.#button, document.body]).includes(document.activeElement)) this.#log.focus({ preventScroll: true });
    } catch {
      this.#ask(true, "Not deleted. Again?");
    }
  }
}
