/**
 * The poll loop, used by each page and by the worker they share: ask, handle the answer, ask again. Only
 * one request is under way at a time; after a failure the loop backs off.
 */
import { Refused, Unreachable } from "./api.js";
import { Backoff, isBusy } from "./backoff.js";

export const HOLD = 25; // seconds that the server may hold a request; routers cut silent connections after 30 or more
const HOLD_MIN = 1000; // ms; an empty answer any sooner means that the server holds no requests at the moment

/**
 * @typedef {object} PollClient
 * @property {(hold: number, signal: AbortSignal) => Promise<boolean>} ask whether there was news
 * @property {() => Promise<boolean>} [onRefused] renew the access; false to stop polling
 * @property {() => void} onLost no answer
 * @property {(refusal: Refused) => void} onBusy rate-limited; the loop waits
 */

export class Poller {
  #client;
  #backoff = new Backoff();
  #skipHold = false; // ask for an answer at once, to see whether the server can be reached
  #controller = new AbortController();

  /** @param {PollClient} client */
  constructor(client) {
    this.#client = client;
  }

  async run() {
    while (await this.#pollOnce());
  }

  /** Drop the current request and ask again at once, because what to ask for has changed. */
  restart() {
    this.#controller.abort();
    this.#backoff.wake();
  }

  /** Ask again for an immediate answer, because a request on the old network could hang for long. */
  nudge() {
    this.#skipHold = true;
    this.restart();
  }

  /** @returns {Promise<boolean>} whether to go on */
  async #pollOnce() {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    try {
      await this.#ask(signal);
    } catch (error) {
      if (signal.aborted) return true; // by `restart`
      if (isRefusal(error)) return this.#renew(error);
      await this.#backOff(error);
    }
    return true;
  }

  /** @param {AbortSignal} signal */
  async #ask(signal) {
    const askedAt = Date.now();
    const hold = this.#skipHold ? 0 : HOLD;
    const news = await this.#client.ask(hold, signal);
    this.#backoff.succeeded();
    if (!signal.aborted) this.#skipHold = false;
    if (hold && !news && Date.now() - askedAt < HOLD_MIN) await this.#backoff.pause(HOLD_MIN);
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
    else this.#reportLost(error);
    await this.#backoff.wait(error);
  }

  /** @param {unknown} error */
  #reportLost(error) {
    this.#skipHold = true;
    if (!(error instanceof Refused || error instanceof Unreachable)) console.error(error); // a bug
    this.#client.onLost();
  }
}

/** @param {unknown} error */
const isRefusal = (error) => error instanceof Refused && (error.status === 401 || error.status === 403);
