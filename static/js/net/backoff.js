/** Exponential back-off with full jitter: a crowd that lost its server comes back spread out. */
import { Refused } from "./api.js";

const FIRST = 500; // ms
const CEILING = 15_000; // ms; nobody who looks at the page waits longer than this
const SPREAD = 1000; // ms on top of a wait the server asked for, so that not all return in one moment

/** The server is there and has had enough of us for a moment. @param {unknown} error @returns {error is Refused} */
export const isBusy = (error) => error instanceof Refused && error.status === 429;

export class Backoff {
  #failures = 0;
  #wake = () => {};

  succeeded() {
    this.#failures = 0;
  }

  /** Wait, longer each time, or as long as the server asks for. @param {unknown} error */
  endure(error) {
    const asked = error instanceof Refused ? error.retryAfter : 0;
    const longest = Math.min(CEILING, FIRST * 2 ** Math.min(this.#failures++, 10));
    return asked ? this.pause(asked * 1000 + Math.random() * SPREAD, true) : this.pause(Math.random() * longest);
  }

  /** @param {number} ms @param {boolean} [stubborn] told to wait: then nothing cuts it short */
  pause(ms, stubborn = false) {
    return new Promise((resume) => {
      const timer = setTimeout(resume, ms);
      this.#wake = stubborn ? () => {} : () => (clearTimeout(timer), resume(undefined));
    });
  }

  /** There is hope: don't wait any longer. */
  wake() {
    this.#wake();
  }
}
