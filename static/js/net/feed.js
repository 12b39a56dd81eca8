/** The news of one chat, from the poll that all tabs share, or else from one of this page. */
import { readChat } from "./api.js";
import { HOLD, Poller } from "./poller.js";
import { SharedPoll } from "./shared-poll.js";

const TICK = 5000; // ms
const SLEPT = 75_000; // ms between two ticks; browsers stretch them to a minute in the background

/**
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {object} Listener
 * @property {(answer: Answer, since: number | undefined) => void} take since is undefined at first
 * @property {() => Promise<boolean>} refused
 * @property {() => void} lost
 * @property {() => void} busy
 */

export class Feed {
  #chatId;
  #access;
  #party;
  #shared;
  #isLost = false;
  #poller = new Poller(this);
  /** @type {import("./api.js").Cursor | undefined} */
  #cursor;

  /** @param {string} chatId @param {{ token: string }} access @param {Listener} party */
  constructor(chatId, access, party) {
    this.#chatId = chatId;
    this.#access = access;
    this.#party = party;
    this.#shared = new SharedPoll(() => this.lost());
  }

  /** Never returns while this chat is open to us. */
  follow() {
    const nudge = () => this.#poller.nudge();
    for (const change of ["online", "offline"]) addEventListener(change, nudge);
    addEventListener("pageshow", ({ persisted }) => persisted && nudge());
    document.addEventListener("visibilitychange", () => this.#turned());
    let ticked = Date.now();
    setInterval(() => {
      if (Date.now() - ticked > SLEPT) nudge();
      ticked = Date.now();
    }, TICK);
    return this.#poller.run();
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async ask(hold, signal) {
    const { answer, held } = await this.#read(hold, signal);
    this.#isLost = false;
    this.#party.take(answer, this.#cursor?.since);
    this.#cursor = { since: answer.last_id, epoch: answer.epoch, rev: answer.rev ?? this.#cursor?.rev ?? 0 };
    return !held || answer.messages.length > 0 || !!answer.state;
  }

  refused() {
    return this.#party.refused();
  }

  lost() {
    this.#isLost = true;
    this.#party.lost();
  }

  busy() {
    this.#party.busy();
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async #read(hold, signal) {
    const { token } = this.#access;
    const place = this.#cursor;
    if (!place) return { answer: await readChat(this.#chatId, token, undefined, 0, signal), held: false };
    const shared = this.#shared.works && (await this.#shared.read({ chatId: this.#chatId, token, ...place, hold }, signal));
    if (shared) return { answer: shared, held: false };
    await shown();
    return { answer: await readChat(this.#chatId, token, place, hold, signal), held: true };
  }

  /** In the background, a poll of our own ends; back in sight, nobody waits for a back-off. */
  #turned() {
    if (document.hidden ? !this.#shared.works : this.#isLost) this.#poller.nudge();
  }
}

/** A page nobody looks at leaves the few connections there are to those in sight. */
const shown = () =>
  new Promise((resume) => {
    if (!document.hidden) return resume(undefined);
    document.addEventListener("visibilitychange", resume, { once: true });
  });
