/** Whether the party can be reached, said politely and always in sight. */
import { shortly } from "../ui/format.js";

const WORDS = {
  connecting: () => "Connecting…",
  connected: () => "Connected",
  /** @param {Date} since */
  lost: (since) => `Can't reach the party. Offline since ${shortly(since)}, trying again…`,
};

export class Connection {
  #status;
  #words;
  #seen = new Date(); // the last sign of life

  /** @param {HTMLElement} status */
  constructor(status) {
    this.#status = status;
    this.#words = /** @type {HTMLElement} */ (status.querySelector(".connection-words"));
  }

  /** @param {keyof typeof WORDS} state @returns {boolean} whether that is news */
  is(state) {
    if (state === "connected") this.#seen = new Date();
    if (this.#status.dataset.state === state) return false; // saying it again would read it aloud again
    this.#status.dataset.state = state;
    this.#words.textContent = WORDS[state](this.#seen);
    return true;
  }
}
