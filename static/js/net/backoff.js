/**
 * Exponential back-off with full jitter, so that the clients of a restarted server don't return all at once. A
 * wait that the server asked for is fixed: a change of the network does not shorten it, but a person who looks or
 * presses does.
 */
import { Refused } from "./answers.js";

const FIRST = 500; // ms
const CEILING = 15_000; // ms; people in front of the page should not wait longer
const SPREAD = 1000; // ms at most, added to a wait that the server asked for

export class Backoff {
  #failures = 0;
  /** @type {(byPerson: boolean) => void} */
  #wake = () => {};

  succeeded() {
    this.#failures = 0;
  }

  /** Wait as long as the server asks for, or else longer after each failure. @param {unknown} error */
  wait(error) {
    const longest = Math.min(CEILING, FIRST * 2 ** Math.min(this.#failures++, 10));
    const retryAfter = error instanceof Refused ? error.retryAfter : 0;
    if (retryAfter) return this.pause(retryAfter * 1000 + Math.random() * SPREAD, true);
    return this.pause(Math.random() * longest);
  }

  /** @param {number} ms @param {boolean} [fixed] whether only a person can shorten it */
  pause(ms, fixed = false) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      this.#wake = (byPerson) => {
        if (fixed && !byPerson) return;
        clearTimeout(timer);
        resume(undefined);
      };
    });
  }

  /** End the current pause. @param {boolean} [byPerson] whether somebody looks at the page or presses a button */
  wake(byPerson = false) {
    this.#wake(byPerson);
  }
}
