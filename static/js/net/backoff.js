/** Exponential back-off with full jitter, so that the clients of a restarted server don't return all at once. */
import { Refused } from "./api.js";

const FIRST = 500; // ms
const CEILING = 15_000; // ms; people in front of the page should not wait longer
const SPREAD = 1000; // ms at most, added to a wait that the server asked for

/** Whether the server is there but limits our requests. @param {unknown} error @returns {error is Refused} */
export const isBusy = (error) => error instanceof Refused && error.status === 429;

export class Backoff {
  #failures = 0;
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

  /** @param {number} ms @param {boolean} [fixed] whether `wake` cannot shorten it */
  pause(ms, fixed = false) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      this.#wake = () => {
        if (fixed) return;
        clearTimeout(timer);
        resume(undefined);
      };
    });
  }

  /** End the current pause, unless it is fixed. */
  wake() {
    this.#wake();
  }
}
