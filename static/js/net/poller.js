/**
 * The poll loop, used by each page and by the worker they share: ask, handle the answer, ask again. Only
 * one request is under way at a time; after a failure the loop backs off.
 */
import { Refused, Unreachable } from "./api.js";
import { Backoff, isBusy } from "./backoff.js";

export const HOLD = 25; // seconds the server may hold a request; routers cut silent connections at 30 and up
const HASTY = 1000; // ms; an empty answer sooner than this means that the server holds no requests at the moment

/**
 * @typedef {object} PollClient
 * @property {(hold: number, signal: AbortSignal) => Promise<boolean>} ask whether there was news
 * @property {() => Promise<boolean>} [onRefused] renew the access; false: stop polling
 * @property {() => void} onLost no answer
 * @property {(refusal: Refused) => void} onBusy rate-limited; the loop waits
 */

export class Poller {
  #client;
  #backoff = new Backoff();
  #skipHold = false; // ask for an answer at once: it shows that the server is back
  #ending = new AbortController();

  /** @param {PollClient} client */
  constructor(client) {
    this.#client = client;
  }

  async run() {
    while (await this.#turn());
  }

  /** What to ask for has changed. */
  again() {
    this.#ending.abort();
    this.#backoff.wake();
  }

  /** The network may have changed, and a request on the old one could hang for long. */
  nudge() {
    this.#skipHold = true;
    this.again();
  }

  /** @returns {Promise<boolean>} whether to go on */
  async #turn() {
    this.#ending = new AbortController();
    const { signal } = this.#ending;
    try {
      await this.#ask(signal);
    } catch (error) {
      if (signal.aborted) return true; // by `again`
      if (isRefusal(error)) return this.#renew(error);
      await this.#backOff(error);
    }
    return true;
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const asked = Date.now();
    const hold = this.#skipHold ? 0 : HOLD;
    const news = await this.#client.ask(hold, signal);
    this.#backoff.succeeded();
    if (!signal.aborted) this.#skipHold = false;
    if (hold && !news && Date.now() - asked < HASTY) await this.#backoff.pause(HASTY);
  }

  /** @param {unknown} refusal */
  async #renew(refusal) {
    try {
      if (this.#client.onRefused) return await this.#client.onRefused();
      throw refusal;
    } catch (error) {
      await this.#backOff(error);
      return true;
    }
  }

  /** @param {unknown} error */
  async #backOff(error) {
    if (isBusy(error)) this.#client.onBusy(error);
    else this.#lose(error);
    await this.#backoff.wait(error);
  }

  /** @param {unknown} error */
  #lose(error) {
    this.#skipHold = true;
    if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error); // a bug
    this.#client.onLost();
  }
}

/** @param {unknown} error */
const isRefusal = (error) => error instanceof Refused && (error.status === 401 || error.status === 403);
