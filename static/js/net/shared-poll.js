/** This tab's connection to the worker with the poll that all tabs share. Some browsers have no shared workers. */
import { Refused, Unreachable } from "./answers.js";

const START_TIMEOUT = 5000; // ms in which a running worker sends its first message
const HELD_TIMEOUT = 90_000; // ms in which a running worker replies to a question that it may hold
const TIMEOUT = 30_000; // ms in which it replies to any other question

const WORKER = new URL("./poll-worker.js", import.meta.url).href;
// Trusted Types: allow this one worker URL.
const policy = /** @type {any} */ (globalThis).trustedTypes?.createPolicy("poll", { createScriptURL: () => WORKER });

// WebKit keeps a worker whose script failed to load, and gives it to every later page that asks for that name.
const NAMES = ["poll", "poll-2", "poll-3"];

/** @typedef {import("./cursors.js").ReaderCursor & { hold: number, byPerson: boolean }} Question */

export class SharedPoll {
  /** @type {MessagePort | undefined} */
  #port;
  #number = 0;
  #failures = 0;
  #onLost;
  /** @type {(reply: any) => void} */
  #onReply = () => {};

  /** @param {() => void} onLost the worker cannot reach the server, and tries again */
  constructor(onLost) {
    this.#onLost = onLost;
    this.#connect();
    addEventListener("pagehide", () => this.#port?.postMessage(null));
  }

  get isAvailable() {
    return this.#port !== undefined;
  }

  /**
   * Ask the worker. Resolves to undefined if the worker does not run, or cannot answer from its own poll.
   * @param {Question} question @param {AbortSignal} signal @returns {Promise<import("./api.js").Answer | void>}
   */
  read(question, signal) {
    const number = ++this.#number;
    return new Promise((resolve, reject) => {
      const reconnect = () => {
        this.#connect();
        reject(new Unreachable());
      };
      const timer = setTimeout(reconnect, question.hold ? HELD_TIMEOUT : TIMEOUT);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Unreachable());
      });
      this.#onReply = (reply) => {
        if (reply.number !== number && this.#port) return; // to an earlier question
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
      const script = policy?.createScriptURL("") ?? WORKER;
      const worker = new SharedWorker(script, { type: "module", name: NAMES[this.#failures] });
      const timer = setTimeout(() => this.#giveUp(), START_TIMEOUT);
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

  /** Try a worker of another name, if there is one; meanwhile the page polls by itself. */
  #giveUp() {
    this.#port = undefined;
    this.#onReply({});
    if (++this.#failures < NAMES.length) this.#connect();
  }
}
