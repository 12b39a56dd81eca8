// @ts-check
/**
 * Messages on their way: one at a time, in the order they were written. A letter leaves the box when
 * the server took it, whether its answer says so or a poll brings the message first.
 *
 * A retry after a lost answer can post twice. The key that rules this out belongs into #post and
 * isSame, and nowhere else.
 *
 * @typedef {import("./api.js").Message} Message
 * @typedef {{ body: string, state: "waiting" | "sending" | "failed", problem: string,
 *             lost?: boolean, id?: number }} Letter
 */
import { Unreachable } from "./api.js";

export class Outbox {
  /** @type {Letter[]} */
  #letters = [];
  #sending = false;
  #post;
  #arrived;
  #changed;

  /**
   * @param {(body: string) => Promise<Message>} post
   * @param {(letter: Letter, message: Message) => void} arrived
   * @param {() => void} changed
   */
  constructor(post, arrived, changed) {
    this.#post = post;
    this.#arrived = arrived;
    this.#changed = changed;
  }

  get letters() {
    return this.#letters;
  }

  /** @param {string} body */
  put(body) {
    this.#letters.push({ body, state: "waiting", problem: "" });
    this.#flow();
  }

  /** @param {Letter} letter */
  retry(letter) {
    if (letter.state !== "failed") return;
    letter.state = "waiting";
    this.#flow();
  }

  /** @param {Letter} letter */
  discard(letter) {
    this.#letters = this.#letters.filter((other) => other !== letter);
    this.#changed();
  }

  /** A poll brought a message of ours: the letter it came from, taken out of the box. @param {Message} message */
  claim(message) {
    const letter = this.#letters.find((letter) => isSame(letter, message));
    if (letter) this.#settle(letter, message);
    return letter;
  }

  async #flow() {
    this.#changed();
    if (this.#sending) return;
    this.#sending = true;
    for (let letter; (letter = this.#next()); this.#changed()) await this.#send(letter);
    this.#sending = false;
  }

  #next() {
    return this.#letters.find(({ state }) => state === "waiting");
  }

  /** @param {Letter} letter */
  async #send(letter) {
    letter.state = "sending";
    try {
      const message = await this.#post(letter.body);
      if (!letter.id) this.#settle(letter, message);
      this.#arrived(letter, message);
    } catch (error) {
      letter.state = "failed";
      letter.problem = error instanceof Error ? error.message : "";
      letter.lost = error instanceof Unreachable;
    }
  }

  /** @param {Letter} letter @param {Message} message */
  #settle(letter, message) {
    letter.id = message.id;
    this.#letters = this.#letters.filter((other) => other !== letter);
  }
}

/** Sent, or perhaps sent, and word for word the message. @param {Letter} letter @param {Message} message */
const isSame = (letter, message) =>
  (letter.state === "sending" || (letter.state === "failed" && letter.lost === true)) && letter.body === message.body;
