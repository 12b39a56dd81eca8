/**
 * What was said, as far as it still exists: at most the last 30 messages, each once, in order, and
 * a line wherever some are missing. Knows nothing of the page.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {{ after: number, until: number, line: string }} Line stands behind message `after`, until there
 *   is a message `until`
 */
import { counted } from "../ui/words.js";

export const WINDOW = 30; // the server deletes older ones as newer come, and so do we

const REPLACED = "The history of this party was replaced.";

export class History {
  /** @type {Map<number, Message>} */
  #messages = new Map();
  /** @type {Line[]} */
  #lines = [];
  /** @type {number[]} whose text was taken back */
  #deleted = [];
  #passed = 0; // up to here, gaps are counted
  /** @type {number[]} shown, and ahead of the poll */
  #own = [];

  /**
   * @param {import("../net/api.js").Answer} answer @param {number} since the cursor it was asked with
   * @param {number} underway letters, which take the places of as many messages
   * @returns {Message[]} those that are new here
   */
  take(answer, since, underway) {
    if (answer.reset) this.#replace(answer.last_id + WINDOW);
    const from = answer.reset ? 0 : since;
    // Our own may be among those the poll never brought, and gone by now.
    const known = this.#own.filter((id) => id > from && id <= from + answer.missed);
    this.#own = this.#own.filter((id) => id > answer.last_id);
    const fresh = answer.messages.filter(({ id }) => !this.#messages.has(id));
    for (const message of fresh) this.#messages.set(message.id, message);
    const unseen = this.#prune(WINDOW - underway).filter((id) => fresh.some((one) => one.id === id));
    this.#miss(answer.missed - known.length + unseen.length, Math.max(from, ...known, ...unseen), answer.last_id);
    if (answer.reset || answer.missed) this.#passed = from + answer.missed;
    return fresh.filter(({ id }) => this.#messages.has(id));
  }

  /** @param {Message} message @returns {boolean} whether it is new here */
  add(message) {
    const { id } = message;
    if (id <= this.#passed || this.#messages.has(id) || this.#deleted.includes(id)) return false;
    this.#messages.set(id, message);
    this.#own.push(id);
    this.#prune();
    return true;
  }

  /** @param {Line} line @param {Line} [instead] */
  tell(line, instead) {
    this.#lines = [...this.#lines.filter((other) => other !== instead), line];
  }

  /** @param {number[]} ids */
  erase(ids) {
    this.#deleted = ids;
    for (const id of ids) {
      const message = this.#messages.get(id);
      if (message && !message.deleted) this.#messages.set(id, { ...message, body: "", deleted: true });
    }
  }

  /** @returns {(Message | Line)[]} oldest first */
  entries() {
    return [...this.#messages.values(), ...this.#lines].sort((a, b) => place(a) - place(b));
  }

  /** @param {number} until */
  #replace(until) {
    this.#messages.clear();
    this.#own = [];
    this.#lines = [{ after: 0, until, line: REPLACED }];
  }

  /** @param {number} count @param {number} after @param {number} newest */
  #miss(count, after, newest) {
    if (count <= 0) return;
    this.tell({ after, until: newest + WINDOW, line: `${counted(count, "message")} passed while you were away` });
  }

  /** @param {number} [most] @returns {number[]} what is no longer here */
  #prune(most = WINDOW) {
    const ids = [...this.#messages.keys()].sort((a, b) => a - b);
    const gone = ids.slice(0, Math.max(0, ids.length - most));
    for (const id of gone) this.#messages.delete(id);
    this.#lines = this.#lines.filter(({ until }) => until > (ids.at(-1) ?? 0));
    return gone;
  }
}

/** @param {Message | Line} entry */
const place = (entry) => ("line" in entry ? entry.after + 0.5 : entry.id);
