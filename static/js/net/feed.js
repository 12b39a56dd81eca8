/** The updates of one chat, from the poll that all tabs share, or else from a poll of this page's own. */
import { readChat } from "./api.js";
import { Poller } from "./poller.js";
import { SharedPoll } from "./shared-poll.js";

const TICK = 5000; // ms
const TICK_MISSED = 75_000; // ms; after a longer gap the device has slept: even background tabs tick once a minute

/**
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {object} FeedListener
 * @property {(answer: Answer, since: number | undefined) => void} onAnswer `since` is undefined in the first call
 * @property {(refusal: import("./answers.js").Refused) => Promise<boolean>} onEnding renew the access; false to stop
 * @property {() => void} onLost
 * @property {() => void} onBusy
 */

export class Feed {
  #chatId;
  #access;
  #listener;
  #shared;
  #isWaiting = false; // after a failure
  #lastTick = 0; // ms since 1970
  #byPerson = false; // whether somebody has looked at the page since the last answer
  #poller = new Poller(this);
  /** @type {import("./api.js").Cursor | undefined} */
  #cursor;

  /** @param {string} chatId @param {{ token: string }} access @param {FeedListener} listener */
  constructor(chatId, access, listener) {
    this.#chatId = chatId;
    this.#access = access;
    this.#listener = listener;
    this.#shared = new SharedPoll(() => this.onLost());
  }

  /** Read the chat until our access to it ends. */
  follow() {
    this.#lastTick = Date.now();
    for (const change of ["online", "offline"]) addEventListener(change, () => this.#poller.nudge());
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.#poller.nudge();
    });
    document.addEventListener("visibilitychange", () => this.#onVisibilityChange());
    setInterval(() => this.#onTick(), TICK);
    return this.#poller.run();
  }

  #onTick() {
    if (Date.now() - this.#lastTick > TICK_MISSED) this.#poller.nudge();
    this.#lastTick = Date.now();
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async ask(hold, signal) {
    const { answer, held } = await this.#read(hold, signal);
    this.#isWaiting = this.#byPerson = false;
    this.#listener.onAnswer(answer, this.#cursor?.since);
    this.#cursor = { since: answer.last_id, epoch: answer.epoch, rev: answer.rev ?? this.#cursor?.rev ?? 0 };
    return !held || answer.messages.length > 0 || !!answer.state;
  }

  /** @param {import("./answers.js").Refused} refusal */
  onEnding(refusal) {
    return this.#listener.onEnding(refusal);
  }

  /** Start anew: what we know of the chat may be from another version of the server. */
  onRejected() {
    this.#cursor = undefined;
  }

  onLost() {
    this.#isWaiting = true;
    this.#listener.onLost();
  }

  onBusy() {
    this.#isWaiting = true;
    this.#listener.onBusy();
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async #read(hold, signal) {
    const { token } = this.#access;
    const chatId = this.#chatId;
    const cursor = this.#cursor;
    if (!cursor) return { answer: await readChat(chatId, token, undefined, 0, signal), held: false };
    const question = { chatId, token, ...cursor, hold, byPerson: this.#byPerson };
    const answer = this.#shared.isAvailable && (await this.#shared.read(question, signal));
    if (answer) return { answer, held: false };
    await pageVisible();
    return { answer: await readChat(chatId, token, cursor, hold, signal), held: true };
  }

  /** A hidden page ends its own poll; a visible one skips the back-off. */
  #onVisibilityChange() {
    if (document.hidden && !this.#shared.isAvailable) this.#poller.nudge();
    else if (!document.hidden) this.urge();
  }

  /** Ask at once whether the server is there. */
  check() {
    this.#poller.nudge();
  }

  /** Ask at once, whatever the server said about waiting: somebody looks at the page, or presses a button. */
  urge() {
    if (!this.#isWaiting) return;
    this.#byPerson = true;
    this.#poller.nudge(true);
  }
}

/** Wait until the page is visible: hidden pages leave the browser's few connections to the visible ones. */
const pageVisible = () =>
  new Promise((resume) => {
    if (!document.hidden) return resume(undefined);
    document.addEventListener("visibilitychange", resume, { once: true });
  });
