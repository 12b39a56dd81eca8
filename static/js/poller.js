// @ts-check
/**
 * The one loop: ask, hand the answer over, ask again. The next request leaves when the last answer
 * has been dealt with and not before; after a failure it waits, longer each time.
 */
import { Refused, Unreachable } from "./api.js";
import { Backoff } from "./backoff.js";

const HOLD = 25; // seconds the server may hold a request; routers cut silent connections at 30 and up
const HASTY = 1000; // ms; an empty answer sooner than this means the server holds nothing just now

/**
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {import("./api.js").Cursor} Cursor
 * @typedef {object} Listener
 * @property {(cursor: Cursor | undefined, hold: number, signal: AbortSignal) => Promise<Answer>} read
 * @property {(answer: Answer, since: number | undefined) => void} take show it; since is undefined at first
 * @property {() => Promise<boolean>} refused mend the access, or give up with false
 * @property {() => void} lost nobody answers
 */

export class Poller {
  #party;
  /** @type {Cursor | undefined} */
  #cursor;
  #backoff = new Backoff();
  #quick = false; // the next request isn't held: its answer tells that the party is back
  #nudged = false;
  #ending = new AbortController();

  /** @param {Listener} party */
  constructor(party) {
    this.#party = party;
  }

  async run() {
    addEventListener("online", () => this.#nudge());
    addEventListener("offline", () => this.#nudge());
    document.addEventListener("visibilitychange", () => document.hidden || this.#backoff.wake());
    while (await this.#turn());
  }

  /** @returns {Promise<boolean>} whether to go on */
  async #turn() {
    try {
      await this.#ask();
    } catch (error) {
      if (isRefusal(error)) return this.#mend();
      await this.#endure(error);
    }
    return true;
  }

  async #ask() {
    const asked = Date.now();
    const hold = this.#quick || !this.#cursor ? 0 : HOLD;
    this.#ending = new AbortController();
    const answer = await this.#party.read(this.#cursor, hold, this.#ending.signal);
    this.#party.take(answer, this.#cursor?.since);
    this.#cursor = { since: answer.last_id, epoch: answer.epoch };
    this.#backoff.succeeded();
    this.#quick = this.#nudged = false;
    const hasty = hold && !answer.messages.length && Date.now() - asked < HASTY;
    if (hasty) await this.#backoff.pause(HASTY);
  }

  async #mend() {
    try {
      return await this.#party.refused();
    } catch (error) {
      await this.#endure(error);
      return true;
    }
  }

  /** @param {unknown} error */
  async #endure(error) {
    const nudged = this.#nudged;
    this.#quick = true;
    this.#nudged = false;
    if (nudged) return; // we ended it ourselves
    if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error); // a mistake of ours
    this.#party.lost();
    await this.#backoff.endure(error);
  }

  /** The network changed: a request on the old one may hang for long, so ask again at once. */
  #nudge() {
    this.#nudged = this.#quick = true;
    this.#ending.abort();
    this.#backoff.wake();
  }
}

/** @param {unknown} error */
const isRefusal = (error) => error instanceof Refused && (error.status === 401 || error.status === 403);
