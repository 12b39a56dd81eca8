/**
 * The poll loop, used by each page and by the worker they share: ask, handle the answer, ask again. Only
 * one request is under way at a time; after a failure the loop backs off.
 */
import { Refused, Unreachable, isBusy, isEnding } from "./answers.js";
import { Backoff } from "./backoff.js";

export const HOLD = 25; // seconds that the server may hold a request; routers cut silent connections after 30 or more
const SHORTEST_HOLD = 2; // seconds, behind a proxy that cuts requests early
const CUTS = 2; // requests cut in a row until the hold becomes shorter than that
const HOLD_MIN = 1000; // ms; an empty answer any sooner means that the server holds no requests at the moment

/**
 * @typedef {object} PollClient
 * @property {(hold: number, signal: AbortSignal) => Promise<boolean>} ask whether there was news
 * @property {(refusal: Refused) => Promise<boolean>} [onEnding] renew the access; false to stop polling
 * @property {() => void} [onRejected] the server does not understand the request
 * @property {() => void} onLost no answer
 * @property {(refusal: Refused) => void} onBusy rate-limited; the loop waits
 */

export class Poller {
  #client;
  #backoff = new Backoff();
  #skipHold = false; // ask for an answer at once, to see whether the server can be reached
  #controller = new AbortController();
  #hold = HOLD;
  #cuts = 0;

  /** @param {PollClient} client */
  constructor(client) {
    this.#client = client;
  }

  async run() {
    while (await this.#pollOnce());
  }

  /**
   * Drop the current request and ask again at once, because what to ask for has changed.
   * @param {boolean} [byPerson] as in `nudge`
   */
  restart(byPerson) {
    this.#controller.abort();
    this.#backoff.wake(byPerson);
  }

  /**
   * Ask again for an immediate answer, because a request on the old network could hang for long.
   * @param {boolean} [byPerson] whether somebody looks at the page or presses a button
   */
  nudge(byPerson) {
    this.#skipHold = true;
    this.restart(byPerson);
  }

  /** @returns {Promise<boolean>} whether to go on */
  async #pollOnce() {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    const askedAt = Date.now();
    try {
      await this.#ask(signal);
    } catch (error) {
      if (signal.aborted) return true; // by `restart`
      if (isEnding(error)) return this.#renew(error);
      if (this.#isCut(error, Date.now() - askedAt)) return true;
      await this.#backOff(error);
    }
    return true;
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const askedAt = Date.now();
    const hold = this.#skipHold ? 0 : this.#hold;
    const news = await this.#client.ask(hold, signal);
    this.#backoff.succeeded();
    if (hold && !news) this.#cuts = 0;
    if (!signal.aborted) this.#skipHold = false;
    if (hold && !news && Date.now() - askedAt < HOLD_MIN) await this.#backoff.pause(HOLD_MIN);
  }

  /**
   * Whether a proxy has probably cut a held request. That is no outage: ask at once whether the server is there.
   * @param {unknown} error @param {number} ms since the request
   */
  #isCut(error, ms) {
    if (this.#skipHold || !(error instanceof Unreachable) || ms < HOLD_MIN) return false;
    if (++this.#cuts >= CUTS) this.#hold = Math.max(SHORTEST_HOLD, Math.min(this.#hold, Math.floor(ms / 1000) - 1));
    this.#skipHold = true;
    return true;
  }

  /** @param {Refused} refusal */
  async #renew(refusal) {
    try {
      if (this.#client.onEnding) return await this.#client.onEnding(refusal);
      throw refusal;
    } catch (error) {
      await this.#backOff(error);
      return true;
    }
  }

  /** @param {unknown} error */
  async #backOff(error) {
    if (isBusy(error)) this.#client.onBusy(error);
    else this.#reportLost(error);
    if (error instanceof Refused && error.status === 400) this.#client.onRejected?.();
    await this.#backoff.wait(error);
  }

  /** @param {unknown} error */
  #reportLost(error) {
    this.#skipHold = true;
    if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error); // a bug
    this.#client.onLost();
  }
}
