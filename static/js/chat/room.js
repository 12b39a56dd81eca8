/**
 * One chat, as this page knows it. It reads the server's answers and emits events; the parts of the page
 * subscribe to them.
 *
 * @typedef {import("../net/api.js").Answer} Answer
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("../net/api.js").State} State
 * @typedef {import("../messages/history.js").Notice} Notice
 * @typedef {import("../messages/pending-messages.js").PendingMessage} PendingMessage
 * @typedef {{ memberId: number, username: string, role: string }} Me `memberId` is 0 before the first answer
 *
 * @typedef {object} RoomEvents
 * @property {void} open the room is visible from now on
 * @property {Answer} entered the first answer: we are a member, `me` is known
 * @property {State} state members, roles, the topic or the links changed
 * @property {Message} message a message from somebody else arrived
 * @property {"connected" | "lost"} connection after each attempt to reach the server
 * @property {string | undefined} invite the invite link: empty if not known yet, undefined if we may not share one
 * @property {void} posted we wrote a message
 * @property {void} resolved we pressed Retry or Discard on a message
 * @property {number} change the transcript must be rendered; the number of new messages of others
 */
import { ChatAccess } from "../identity/chat-access.js";
import { Feed } from "../net/feed.js";
import { Emitter } from "../ui/emitter.js";
import { History } from "../messages/history.js";
import { Outbox } from "../messages/outbox.js";

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
  #outbox;
  #connection = "connecting";
  #isOpen = false;
  /** @type {Set<number>} members whose names look like another member's, or once did */
  #alike = new Set();

  /** @param {string} chatId */
  constructor(chatId) {
    super();
    this.chatId = chatId;
    this.access = new ChatAccess(chatId);
    this.#outbox = new Outbox(chatId, this.access);
    this.#outbox.on("sent", (message) => this.#history.add(message));
    this.#outbox.on("change", () => this.emit("change", 0));
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
    new Feed(this.chatId, this.access, {
      onAnswer: (answer, since) => this.#onAnswer(answer, since),
      onRefused: () => this.access.renew(),
      onLost: () => {
        this.show();
        this.setConnection("lost");
      },
      onBusy: () => this.show(),
    }).follow();
  }

  show() {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.emit("open", undefined);
  }

  /** @param {"connected" | "lost"} connection @returns {boolean} whether it changed */
  setConnection(connection) {
    const changed = this.#connection !== connection;
    this.#connection = connection;
    this.emit("connection", connection);
    return changed;
  }

  /** @param {string | undefined} link */
  setInviteLink(link) {
    this.inviteLink = link;
    this.emit("invite", link);
  }

  /** @param {string} body */
  post(body) {
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
    const fresh = this.#history.merge(answer, since ?? 0, this.#outbox.underway.length);
    const fromOthers = fresh.filter((message) => !this.#isOurs(message));
    for (const message of fromOthers) this.emit("message", message);
    this.emit("change", since === undefined ? 0 : fromOthers.length);
    this.#outbox.resume(this.me.memberId, this.setConnection("connected"));
  }

  /** @param {Answer} answer the first answer */
  #enter(answer) {
    this.me = { memberId: answer.member_id ?? 0, username: answer.username ?? "", role: "" };
    this.setInviteLink(answer.magic_link);
    this.emit("entered", answer);
  }

  /** @param {State} state */
  #update(state) {
    this.state = state;
    this.me.role = state.members.find(({ member_id }) => member_id === this.me.memberId)?.role ?? "";
    for (const memberId of state.alike) this.#alike.add(memberId);
    this.#history.markDeleted(state.deleted);
    this.emit("state", state);
  }

  /** @param {Message} message */
  #isOurs({ member_id }) {
    return member_id === this.me.memberId;
  }
}
