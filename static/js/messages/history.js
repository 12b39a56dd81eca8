/**
 * The messages that still exist: at most the latest 30, each once, in order, with a notice wherever some are
 * missing. Independent of the DOM.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {{ after: number, until: number, notice: string }} Notice shown after message `after`, until
 *   message `until` exists
 */
import { counted } from "../ui/format.js";

export const WINDOW = 30; // messages; the server deletes older ones when new ones arrive, and so do we

const REPLACED = "The history of this party was replaced.";

export class History {
  /** @type {Map<number, Message>} */
  #messages = new Map();
  /** @type {Notice[]} */
  #notices = [];
  /** @type {number[]} ids of deleted messages */
  #deleted = [];
  #countedUpTo = 0; // missed messages up to this id are counted in a notice
  /** @type {number[]} ids of our own messages that no poll has brought yet */
  #ahead = [];

  /**
   * Add the messages of a poll, and a notice for those that it missed.
   * @param {import("../net/api.js").Answer} answer @param {number} since the cursor of the request
   * @param {number} underway number of pending messages; each takes the place of an older one
   * @returns {Message[]} those that are new here
   */
  merge(answer, since, underway) {
    if (answer.reset) this.#replace(answer.last_id + WINDOW);
    const from = answer.reset ? 0 : since;
    // The missed messages include those of our own that we have shown before the server deleted them.
    const shown = this.#ahead.filter((id) => id > from && id <= from + answer.missed);
    this.#ahead = this.#ahead.filter((id) => id > answer.last_id);
    const fresh = answer.messages.filter(({ id }) => !this.#messages.has(id));
    for (const message of fresh) this.#messages.set(message.id, message);
    const unseen = this.#prune(WINDOW - underway).filter((id) => fresh.some((message) => message.id === id));
    const count = answer.missed - shown.length + unseen.length;
    this.#noteMissed(count, Math.max(from, ...shown, ...unseen), answer.last_id);
    if (answer.reset || answer.missed) this.#countedUpTo = from + answer.missed;
    return fresh.filter(({ id }) => this.#messages.has(id));
  }

  /** Add a message of our own before a poll brings it, unless it is known or deleted already. @param {Message} message */
  add(message) {
    const { id } = message;
    if (id <= this.#countedUpTo || this.#messages.has(id) || this.#deleted.includes(id)) return;
    this.#messages.set(id, message);
    this.#ahead.push(id);
    this.#prune();
  }

  /** The id of the newest message; 0 if there is none. */
  get newest() {
    return Math.max(0, ...this.#messages.keys());
  }

  /** @param {Notice} notice @param {Notice} [replaced] */
  addNotice(notice, replaced) {
    this.#notices = [...this.#notices.filter((other) => other !== replaced), notice];
  }

  /** @param {number[]} ids */
  markDeleted(ids) {
    this.#deleted = ids;
    for (const id of ids) {
      const message = this.#messages.get(id);
      if (message && !message.deleted) this.#messages.set(id, { ...message, body: "", deleted: true });
    }
  }

  /** @returns {(Message | Notice)[]} oldest first */
  entries() {
    return [...this.#messages.values(), ...this.#notices].sort((a, b) => position(a) - position(b));
  }

  /** @param {number} until */
  #replace(until) {
    this.#messages.clear();
    this.#ahead = [];
    this.#notices = [{ after: 0, until, notice: REPLACED }];
  }

  /** @param {number} count @param {number} after @param {number} newest */
  #noteMissed(count, after, newest) {
    if (count <= 0) return;
    this.addNotice({ after, until: newest + WINDOW, notice: `${counted(count, "message")} passed while you were away` });
  }

  /** @param {number} [most] @returns {number[]} ids of the messages it removed */
  #prune(most = WINDOW) {
    const ids = [...this.#messages.keys()].sort((a, b) => a - b);
    const removed = ids.slice(0, Math.max(0, ids.length - most));
    for (const id of removed) this.#messages.delete(id);
    this.#notices = this.#notices.filter(({ until }) => until > (ids.at(-1) ?? 0));
    return removed;
  }
}

/** @param {Message | Notice} entry */
const position = (entry) => ("notice" in entry ? entry.after + 0.5 : entry.id);
