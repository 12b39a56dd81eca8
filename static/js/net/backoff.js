/** Exponential back-off with full jitter, so that the clients of a restarted server don't return all at once. */
import { Refused } from "./api.js";

const FIRST = 500; // ms
const CEILING = 15_000; // ms; the longest that people who look at the page should wait
const SPREAD = 1000; // ms at most, added to a wait the server asked for

/** Whether the server is there but limits our requests. @param {unknown} error @returns {error is Refused} */
export const isBusy = (error) => error instanceof Refused && error.status === 429;

export class Backoff {
  #failures = 0;
  #wake = () => {};

  succeeded() {
    this.#failures = 0;
  }

  /** Wait: longer after each failure, or as long as the server asks for. @param {unknown} error */
  wait(error) {
    const asked = error instanceof Refused ? error.retryAfter : 0;
    const longest = Math.min(CEILING, FIRST * 2 ** Math.min(this.#failures++, 10));
    return asked ? this.pause(asked * 1000 + Math.random() * SPREAD, true) : this.pause(Math.random() * longest);
  }

  /** @param {number} ms @param {boolean} [fixed] not to be cut short by `wake` */
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

  /** Something changed for the better: don't wait any longer. */
  wake() {
    this.#wake();
  }
}
