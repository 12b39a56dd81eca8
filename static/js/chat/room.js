/**
 * One chat, as this page knows it. It reads the server's answers and emits events; the parts of the page
 * subscribe to them.
 *
 * @typedef {import("../net/api.js").Answer} Answer
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("../net/api.js").State} State
 * @typedef {import("../messages/history.js").Notice} Notice
 * @typedef {import("../messages/pending-messages.js").PendingMessage} PendingMessage
 * @typedef {"connecting" | "connected" | "waiting" | "lost"} Connection
 * @typedef {{ memberId: number, username: string, role: string }} Me `memberId` is 0 before the first answer
 *
 * @typedef {object} RoomEvents
 * @property {void} open the room is visible from now on
 * @property {Answer} entered the first answer: we are a member, `me` is known
 * @property {State} state members, roles, the topic or the links changed
 * @property {Message} message a message from somebody else arrived
 * @property {Connection} connection after each attempt to reach the server; waiting: a message gets no answer
 * @property {string | undefined} invite the invite link: empty if not known yet, undefined if we may not share one
 * @property {void} posted we wrote a message
 * @property {void} resolved we pressed Retry or Discard on a message
 * @property {number} change the transcript must be rendered; the number of new messages of others
 */
import { ChatAccess } from "../identity/chat-access.js";
import { isSessionKept } from "../identity/identity.js";
import { clearKey } from "../identity/invitation.js";
import { Feed } from "../net/feed.js";
import { Emitter } from "../ui/emitter.js";
import { History } from "../messages/history.js";
import { LastSeen } from "../messages/last-seen.js";
import { Outbox } from "../messages/outbox.js";

const NOT_KEPT = "This browser keeps nothing: close this tab, and your place in the party is gone.";

/** @extends {Emitter<RoomEvents>} */
export class Room extends Emitter {
  /** @type {Me} */
  me = { memberId: 0, username: "", role: "" };
  /** @type {State | undefined} */
  state;
  /** @type {string | undefined} */
  inviteLink = "";
  chatId;
  access;
  #history = new History();
  #seen;
  #outbox;
  #feed;
  /** @type {Connection} as the polls see it */
  #polls = "connecting";
  #isAnswered = true; // whether our messages get an answer
  #isOpen = false;
  /** @type {Set<number>} members whose names look like another member's, or once did */
  #alike = new Set();

  /** @param {string} chatId */
  constructor(chatId) {
    super();
    this.chatId = chatId;
    this.access = new ChatAccess(chatId);
    this.#seen = new LastSeen(chatId);
    this.#outbox = new Outbox(chatId, this.access);
    this.#outbox.on("sent", (message) => this.#history.add(message));
    this.#outbox.on("change", () => this.emit("change", 0));
    this.#outbox.on("reach", (isAnswered) => this.#onReach(isAnswered));
    this.#feed = new Feed(this.chatId, this.access, {
      onAnswer: (answer, since) => this.#onAnswer(answer, since),
      onEnding: (refusal) => this.access.renew(refusal.code),
      onLost: () => {
        this.show();
        this.setConnection("lost");
      },
      onBusy: () => this.show(),
    });
  }

  /** Messages and notices, oldest first. */
  get entries() {
    return this.#history.entries();
  }

  /** Our own messages that the server has not confirmed. */
  get pending() {
    return this.#outbox.pending;
  }

  /** Keep the room up to date as long as we are members. */
  follow() {
    this.#feed.follow();
  }

  show() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.emit("open", undefined);
  }

  /** @param {"connected" | "lost"} polls @returns {boolean} whether it changed */
  setConnection(polls) {
    const changed = this.#polls !== polls;
    this.#polls = polls;
    this.#showConnection();
    return changed;
  }

  /** The connection and our messages never contradict each other. */
  #showConnection() {
    const isWaiting = this.#polls === "connected" && !this.#isAnswered;
    this.emit("connection", isWaiting ? "waiting" : this.#polls);
  }

  /** @param {boolean} isAnswered */
  #onReach(isAnswered) {
    this.#isAnswered = isAnswered;
    this.#showConnection();
    if (!isAnswered) this.#feed.check();
  }

  /** @param {string | undefined} link */
  setInviteLink(link) {
    this.inviteLink = link;
    this.emit("invite", link);
  }

  /** @param {string} body */
  post(body) {
    this.#feed.urge();
    this.#outbox.urge();
    this.#outbox.enqueue(body);
    this.emit("posted", undefined);
  }

  /** @param {PendingMessage} pending @param {"retry" | "discard"} choice */
  resolve(pending, choice) {
    this.emit("resolved", undefined);
    this.#outbox[choice](pending);
  }

  /** @param {Notice} notice @param {Notice} [replaced] */
  addNotice(notice, replaced) {
    this.#history.addNotice(notice, replaced);
    this.emit("change", 0);
  }

  /** Show a line once, at the end of the log. @param {string} text */
  say(text) {
    if (this.entries.some((entry) => "notice" in entry && entry.notice === text)) return;
    this.addNotice({ after: this.#history.newest, until: Infinity, notice: text });
  }

  /** Ask at once whether the server can be reached. */
  check() {
    this.setConnection("lost");
    this.#feed.check();
  }

  /** The suffix of a name that looks like another one: " #3", or empty. @param {number} memberId */
  tag(memberId) {
    return this.#alike.has(memberId) ? ` #${memberId}` : "";
  }

  /** @param {Answer} answer @param {number | undefined} since */
  #onAnswer(answer, since) {
    this.access.accepted();
    this.show();
    if (answer.member_id) this.#enter(answer);
    if (answer.state) this.#update(answer.state);
    for (const message of answer.messages) if (this.#isOurs(message)) this.#outbox.confirm(message);
    const from = since ?? this.#resume(answer);
    const fresh = this.#history.merge(answer, from, this.#outbox.underway.length);
    this.#seen.write(answer);
    const fromOthers = fresh.filter((message) => !this.#isOurs(message));
    for (const message of fromOthers) this.emit("message", message);
    this.emit("change", since === undefined ? 0 : fromOthers.length);
    this.#outbox.resume(this.me.memberId, this.setConnection("connected"));
  }

  /** @param {Answer} answer the first answer */
  #enter(answer) {
    this.me = { memberId: answer.member_id ?? 0, username: answer.username ?? "", role: "" };
    this.setInviteLink(answer.magic_link);
    if (!isSessionKept(this.chatId)) this.say(NOT_KEPT);
    this.emit("entered", answer);
  }

  /**
   * Continue where this tab has read to before a reload, or before the browser discarded it.
   * @param {Answer} answer the first answer @returns {number} the last id read
   */
  #resume(answer) {
    const { since, epoch } = this.#seen.read();
    if (since === undefined) return 0;
    const oldest = answer.messages[0]?.id ?? answer.last_id + 1;
    answer.reset = epoch !== answer.epoch || since > answer.last_id;
    answer.missed = Math.max(0, oldest - (answer.reset ? 0 : since) - 1);
    return since;
  }

  /** @param {State} state */
  #update(state) {
    this.state = state;
    this.me.role = state.members.find(({ member_id }) => member_id === this.me.memberId)?.role ?? "";
    if (this.me.role !== "viewer") clearKey(this.chatId); // a viewer may have been sent a better one
    for (const memberId of state.alike) this.#alike.add(memberId);
    this.#history.markDeleted(state.deleted);
    this.emit("state", state);
  }

  /** @param {Message} message */
  #isOurs({ member_id }) {
    return member_id === this.me.memberId;
  }
}
