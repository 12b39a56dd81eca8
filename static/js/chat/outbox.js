/**
 * Messages on their way: one at a time, in order. A letter leaves the box when the server took it,
 * whether its answer says so or a poll brings the message first. Without an answer it is sent again
 * with the same key, until there is one or it is refused.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./pending-messages.js").Letter} Letter
 */
import { Refused } from "../net/api.js";
import { Backoff, isBusy } from "../net/backoff.js";
import { Letters, isUnderway } from "./pending-messages.js";

const KEY_LIVES = 23 * 3_600_000; // ms; the server forgets a key after 24 hours

export class Outbox {
  #letters;
  #backoff = new Backoff();
  #member = 0;
  #flowing = false;
  #ending = new AbortController();
  /** @type {Letter | undefined} */
  #sending;
  #post;
  #arrived;
  #changed;

  /**
   * @param {string} chatId @param {(letter: Letter, signal: AbortSignal) => Promise<Message>} post
   * @param {(letter: Letter, message: Message) => void} arrived @param {() => void} changed
   */
  constructor(chatId, post, arrived, changed) {
    this.#letters = new Letters(chatId, changed);
    this.#post = post;
    this.#arrived = arrived;
    this.#changed = changed;
  }

  get letters() {
    return this.#letters.all;
  }

  get underway() {
    return this.letters.filter(isUnderway);
  }

  /** @param {string} body */
  put(body) {
    this.#letters.write(body, this.#member, this.underway[0]?.state ?? "sending"); // as those before it
    this.#flow();
  }

  /** @param {Letter} letter */
  retry(letter) {
    if (isUnderway(letter)) return;
    if (!this.#isCovered(letter)) this.#letters.renew(letter, this.#member);
    letter.problem = "";
    letter.state = "sending";
    this.#letters.keep(letter);
    this.#flow();
  }

  /** @param {Letter} letter */
  discard(letter) {
    this.#letters.drop(letter);
    this.#changed();
  }

  /** A poll brought a message of ours: the letter it came from. @param {Message} message */
  claim(message) {
    const letter = this.letters.find(({ key }) => key === message.key);
    if (!letter) return;
    this.#settle(letter, message);
    if (letter === this.#sending) this.#ending.abort(); // its answer tells nothing new
    return letter;
  }

  /** The party was reached. @param {number} member who we are there @param {boolean} back after it could not be */
  open(member, back) {
    this.#member = member;
    for (const letter of this.letters) letter.member ||= member;
    this.#letters.adopt();
    if (back) this.#ending.abort(); // it hangs on the old network
    if (back) this.#backoff.wake();
    if (this.letters.length) this.#flow();
  }

  async #flow() {
    if (this.#flowing || !this.#member) return this.#changed();
    this.#flowing = true;
    for (let letter; (letter = this.#next()); ) await this.#send(letter);
    this.#flowing = false;
    this.#changed();
  }

  #next() {
    for (const letter of this.underway) if (!this.#isCovered(letter)) letter.state = "stale";
    return this.underway[0];
  }

  /** @param {Letter} letter */
  async #send(letter) {
    this.#ending = new AbortController();
    this.#sending = letter;
    try {
      const answer = this.#post(letter, this.#ending.signal);
      this.#changed(); // it is drawn while it travels
      const message = await answer;
      this.#backoff.succeeded();
      this.#mark("sending");
      if (letter.id) return; // a poll was quicker
      this.#settle(letter, message);
      this.#arrived(letter, message);
    } catch (error) {
      if (!this.#ending.signal.aborted) await this.#endure(letter, error);
    }
  }

  /** @param {Letter} letter @param {unknown} error */
  #endure(letter, error) {
    if (!isRefusal(error)) {
      this.#mark(isBusy(error) ? "busy" : "waiting");
      this.#changed();
      return this.#backoff.endure(error);
    }
    Object.assign(letter, { state: "failed", problem: error.message });
    this.#letters.keep(letter);
  }

  /** @param {Letter["state"]} state of all that are underway */
  #mark(state) {
    for (const letter of this.underway) letter.state = state;
  }

  /** @param {Letter} letter @param {Message} message */
  #settle(letter, message) {
    letter.id = message.id;
    this.#letters.drop(letter);
  }

  /** Whether its key rules out a double. @param {Letter} letter */
  #isCovered({ at, member }) {
    return member === this.#member && Date.now() - at < KEY_LIVES;
  }
}

const LATER = [401, 408, 425, 429];

/** A busy server takes it later, and access is for the poll to mend. @param {unknown} error @returns {error is Refused} */
const isRefusal = (error) =>
  error instanceof Refused && error.status < 500 && !LATER.includes(error.status) && error.code !== "forbidden";
