/** This tab's connection to the poll that all tabs share, in browsers that have shared workers. */
import { Refused, Unreachable } from "./api.js";

const START = 5000; // ms; a worker that has sent nothing until then does not run
const HELD_TIMEOUT = 90_000; // ms; a live worker answers a held question before,
const TIMEOUT = 30_000; // ms; and one that is not held before this

const WORKER = new URL("./poll-worker.js", import.meta.url).href;
// Trusted Types: allow this one worker URL.
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("poll", { createScriptURL: () => WORKER });

/** @typedef {import("./cursors.js").ReaderCursor & { hold: number }} Question */

export class SharedPoll {
  /** @type {MessagePort | undefined} */
  #port;
  #number = 0;
  #onLost;
  /** @type {(reply: any) => void} */
  #onReply = () => {};

  /** @param {() => void} onLost the worker cannot reach the server, and tries again */
  constructor(onLost) {
    this.#onLost = onLost;
    this.#connect();
    addEventListener("pagehide", () => this.#port?.postMessage(null));
  }

  get works() {
    return this.#port !== undefined;
  }

  /**
   * Ask the worker; undefined: it knows too little, or does not work.
   * @param {Question} question @param {AbortSignal} signal @returns {Promise<import("./api.js").Answer | void>}
   */
  read(question, signal) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const fail = () => reject(new Unreachable());
      const reconnect = () => {
        this.#connect();
        fail();
      };
      const timer = setTimeout(reconnect, question.hold ? HELD_TIMEOUT : TIMEOUT);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        fail();
      });
      this.#onReply = (reply) => {
        if (reply.number !== number && this.#port) return; // it answers an earlier question
        clearTimeout(timer);
        if (reply.refused) reject(new Refused(.../** @type {[number, any, number]} */ (reply.refused)));
        else resolve(reply.answer);
      };
      this.#port?.postMessage({ ...question, number });
    });
  }

  #connect() {
    this.#port?.close();
    try {
      const worker = new SharedWorker(policy?.createScriptURL("") ?? WORKER, { type: "module" });
      const timer = setTimeout(() => this.#giveUp(), START);
      worker.onerror = () => this.#giveUp();
      worker.port.onmessage = ({ data }) => {
        clearTimeout(timer);
        if (data.lost) this.#onLost();
        else this.#onReply(data);
      };
      this.#port = worker.port;
    } catch {
      this.#giveUp();
    }
  }

  #giveUp() {
    this.#port = undefined;
    this.#onReply({});
  }
}
