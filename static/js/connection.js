// @ts-check
/** Whether the party can be reached, said politely and always in sight. */

const WORDS = {
  connecting: "Connecting…",
  connected: "Connected",
  lost: "Can't reach the party. Trying again…",
};

export class Connection {
  #status;
  #words;

  /** @param {HTMLElement} status */
  constructor(status) {
    this.#status = status;
    this.#words = /** @type {HTMLElement} */ (status.querySelector(".connection-words"));
  }

  /** @param {keyof typeof WORDS} state @returns {boolean} whether that is news */
  is(state) {
    const before = this.#status.dataset.state;
    if (before === state) return false; // saying it again would read it aloud again
    this.#status.dataset.state = state;
    this.#words.textContent = WORDS[state];
    return true;
  }
}
