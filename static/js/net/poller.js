/**
 * The one loop, in each page and in the worker they share: ask, deal with the answer, ask again. The next
 * request leaves when the last answer has been dealt with and not before; after a failure it waits.
 */
import { Refused, Unreachable } from "./api.js";
import { Backoff, isBusy } from "./backoff.js";

export const HOLD = 25; // seconds the server may hold a request; routers cut silent connections at 30 and up
const HASTY = 1000; // ms; an empty answer sooner than this: the server holds nothing just now

/**
 * @typedef {object} Party
 * @property {(hold: number, signal: AbortSignal) => Promise<boolean>} ask whether there was news
 * @property {() => Promise<boolean>} [refused] mend the access, or give up with false
 * @property {() => void} lost nobody answers
 * @property {(refusal: Refused) => void} busy we asked too often, and wait
 */

export class Poller {
  #party;
  #backoff = new Backoff();
  #quick = false; // not held: its answer tells that the party is back
  #ending = new AbortController();

  /** @param {Party} party */
  constructor(party) {
    this.#party = party;
  }

  async run() {
    while (await this.#turn());
  }

  /** What there is to ask for has changed. */
  again() {
    this.#ending.abort();
    this.#backoff.wake();
  }

  /** The network may have changed: a request on the old one may hang for long. */
  nudge() {
    this.#quick = true;
    this.again();
  }

  /** @returns {Promise<boolean>} whether to go on */
  async #turn() {
    const { signal } = (this.#ending = new AbortController());
    try {
      await this.#ask(signal);
    } catch (error) {
      if (signal.aborted) return true; // we ended it ourselves
      if (isRefusal(error)) return this.#mend(error);
      await this.#endure(error);
    }
    return true;
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const asked = Date.now();
    const hold = this.#quick ? 0 : HOLD;
    const news = await this.#party.ask(hold, signal);
    this.#backoff.succeeded();
    if (!signal.aborted) this.#quick = false;
    if (hold && !news && Date.now() - asked < HASTY) await this.#backoff.pause(HASTY);
  }

  /** @param {unknown} refusal */
  async #mend(refusal) {
    try {
      if (this.#party.refused) return await this.#party.refused();
      throw refusal;
    } catch (error) {
      await this.#endure(error);
      return true;
    }
  }

  /** @param {unknown} error */
  async #endure(error) {
    if (isBusy(error)) this.#party.busy(error);
    else this.#lose(error);
    await this.#backoff.endure(error);
  }

  /** @param {unknown} error */
  #lose(error) {
    this.#quick = true;
    if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error); // a mistake of ours
    this.#party.lost();
  }
}

/** @param {unknown} error */
const isRefusal = (error) => error instanceof Refused && (error.status === 401 || error.status === 403);
