/** This tab's line to the poll that all tabs share, as long as the browser can share one. */
import { Refused, Unreachable } from "./api.js";

const START = 5000; // ms until a worker that has said nothing counts as one that doesn't run
const SILENCE = 90_000; // ms; a living worker says something before,
const ASKED = 30_000; // ms; and sooner when it holds nothing

const WORKER = new URL("./poll-worker.js", import.meta.url).href;
// Where browsers take no text for code, they want to be told that this address is no such text.
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("poll", { createScriptURL: () => WORKER });

/** @typedef {import("./cursors.js").Place & { hold: number }} Question */

export class SharedPoll {
  /** @type {MessagePort | undefined} */
  #port;
  #number = 0;
  #lost;
  /** @type {(said: any) => void} */
  #hear = () => {};

  /** @param {() => void} lost nobody answers the worker, who goes on trying */
  constructor(lost) {
    this.#lost = lost;
    this.#connect();
    addEventListener("pagehide", () => this.#port?.postMessage(null));
  }

  get works() {
    return this.#port !== undefined;
  }

  /** @param {Question} question @param {AbortSignal} signal @returns {Promise<import("./api.js").Answer | void>} */
  read(question, signal) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const end = () => reject(new Unreachable());
      const timer = setTimeout(() => (this.#connect(), end()), question.hold ? SILENCE : ASKED);
      signal.addEventListener("abort", () => (clearTimeout(timer), end()));
      this.#hear = (said) => {
        if (said.number !== number && this.#port) return; // too late: it was asked again
        clearTimeout(timer);
        if (said.refused) reject(new Refused(.../** @type {[number, any, number]} */ (said.refused)));
        else resolve(said.answer);
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
        if (data.lost) this.#lost();
        else this.#hear(data);
      };
      this.#port = worker.port;
    } catch {
      this.#giveUp();
    }
  }

  #giveUp() {
    this.#port = undefined;
    this.#hear({});
  }
}
