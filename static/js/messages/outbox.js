/**
 * Sends pending messages one at a time, in order. A message is done when the server has accepted it: the answer
 * to its POST says so, or a poll brings the message first. Without an answer it is sent again with the same
 * idempotency key until it is accepted or refused.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./pending-messages.js").PendingMessage} PendingMessage
 * @typedef {{ sent: Message, change: void, reach: boolean }} OutboxEvents sent: accepted before any poll brought it;
 *   reach: whether the server answers
 */
import { Refused, isBusy, isEnding } from "../net/answers.js";
import { postMessage } from "../net/api.js";
import { Backoff } from "../net/backoff.js";
import { Emitter } from "../ui/emitter.js";
import { PendingMessages, isUnderway } from "./pending-messages.js";

const SILENCE = 4000; // ms without an answer after which the connection counts as lost
const KEY_LIFETIME = 23 * 3_600_000; // ms; the server forgets a key after 24 hours

/** @extends {Emitter<OutboxEvents>} */
export class Outbox extends Emitter {
  #chatId;
  #access;
  #messages;
  #backoff = new Backoff();
  #memberId = 0;
  #isSendingAll = false;
  #controller = new AbortController();
  /** @type {PendingMessage | undefined} */
  #sending;
  #isAnswered = true;

  /** @param {string} chatId @param {{ token: string }} access */
  constructor(chatId, access) {
    super();
    this.#chatId = chatId;
    this.#access = access;
    this.#messages = new PendingMessages(chatId, () => this.#changed());
  }

  get pending() {
    return this.#messages.all;
  }

  get underway() {
    return this.pending.filter(isUnderway);
  }

  /** @param {string} body */
  enqueue(body) {
    const state = this.underway[0]?.state ?? "sending"; // it waits behind the others, in the same state
    this.#messages.write(body, this.#memberId, state);
    this.#sendAll();
  }

  /** @param {PendingMessage} pending */
  retry(pending) {
    if (isUnderway(pending)) return;
    if (!this.#isReplaySafe(pending)) this.#messages.renew(pending, this.#memberId);
    pending.problem = "";
    pending.state = "sending";
    this.#messages.save(pending);
    this.#sendAll();
  }

  /** @param {PendingMessage} pending */
  discard(pending) {
    this.#messages.drop(pending);
    if (!this.underway.length) this.#reached(true);
    this.#changed();
  }

  /** A poll brought one of our messages. @param {Message} message */
  confirm(message) {
    const pending = this.pending.find(({ key }) => key === message.key);
    if (!pending) return;
    this.#settle(pending, message.id);
    this.#reached(true);
    if (pending === this.#sending) this.#controller.abort(); // its answer would say nothing new
  }

  /**
   * Send what is pending, because the server answers.
   * @param {number} memberId our own @param {boolean} isBack whether the server was unreachable before
   */
  resume(memberId, isBack) {
    this.#memberId = memberId;
    for (const pending of this.pending) pending.member ||= memberId;
    this.#messages.adopt();
    if (isBack) {
      this.#controller.abort(); // a request on the old network may hang
      this.#backoff.wake();
    }
    if (this.pending.length) this.#sendAll();
  }

  async #sendAll() {
    if (this.#isSendingAll || !this.#memberId) return this.#changed();
    this.#isSendingAll = true;
    for (let next = this.#next(); next; next = this.#next()) await this.#send(next);
    this.#isSendingAll = false;
    this.#changed();
  }

  #next() {
    for (const pending of this.underway) if (!this.#isReplaySafe(pending)) pending.state = "stale";
    return this.underway[0];
  }

  /** @param {PendingMessage} pending */
  async #send(pending) {
    this.#controller = new AbortController();
    this.#sending = pending;
    try {
      const answer = postMessage(this.#chatId, this.#access.token, pending, this.#controller.signal);
      this.#changed(); // the message is drawn while the request is under way
      const message = await this.#watch(answer);
      this.#backoff.succeeded();
      this.#reached(true);
      this.#setState("sending");
      if (pending.id) return; // a poll was faster
      this.#settle(pending, message.id);
      this.emit("sent", { ...message, key: pending.key });
    } catch (error) {
      if (!this.#controller.signal.aborted) await this.#fail(pending, error);
    }
  }

  /** Say when an answer takes too long. @template T @param {Promise<T>} answer @returns {Promise<T>} */
  async #watch(answer) {
    const timer = setTimeout(() => this.#wait("waiting"), SILENCE);
    return answer.finally(() => clearTimeout(timer));
  }

  /** @param {boolean} isAnswered */
  #reached(isAnswered) {
    if (this.#isAnswered !== isAnswered) this.emit("reach", isAnswered);
    this.#isAnswered = isAnswered;
  }

  /** @param {"busy" | "waiting"} state */
  #wait(state) {
    this.#setState(state);
    this.#reached(state === "busy");
    this.#changed();
  }

  /** @param {PendingMessage} pending @param {unknown} error */
  #fail(pending, error) {
    if (!isRefusal(error)) {
      this.#wait(isBusy(error) ? "busy" : "waiting");
      return this.#backoff.wait(error);
    }
    this.#reached(true);
    pending.state = "failed";
    pending.problem = error.message;
    this.#messages.save(pending);
  }

  /** @param {PendingMessage["state"]} state of all that are under way */
  #setState(state) {
    for (const pending of this.underway) pending.state = state;
  }

  /** Try again at once, unless the server asked us to wait: somebody looks at the page, or presses a button. */
  urge() {
    this.#backoff.wake();
  }

  /** @param {PendingMessage} pending @param {number} id of the message that it became */
  #settle(pending, id) {
    pending.id = id;
    this.#messages.drop(pending);
  }

  /** Whether its key prevents a duplicate when it is sent again. @param {PendingMessage} pending */
  #isReplaySafe({ at, member }) {
    return member === this.#memberId && Date.now() - at < KEY_LIFETIME;
  }

  #changed() {
    this.emit("change", undefined);
  }
}

const TRANSIENT = [408, 421, 429]; // besides 5xx: the server may take it later

/** @param {unknown} error @returns {error is Refused} */
const isRefusal = (error) =>
  // Without access, the poll renews it.
  error instanceof Refused && error.status < 500 && !TRANSIENT.includes(error.status) && !isEnding(error);
