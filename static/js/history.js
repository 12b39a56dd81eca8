/**
 * What was said, as far as it still exists: at most the last 30 messages, each once, in order, and
 * a line wherever some are missing. Knows nothing of the page.
 *
 * @typedef {import("./api.js").Message} Message
 * @typedef {{ after: number, until: number, line: string }} Line stands behind the message with the id `after`,
 *   until there is one with the id `until`
 */
import { counted } from "./words.js";

export const WINDOW = 30; // the server deletes older ones as newer come, and so do we

const REPLACED = "The history of this party was replaced.";

export class History {
  /** @type {Map<number, Message>} */
  #messages = new Map();
  /** @type {Line[]} */
  #lines = [];
  /** @type {number[]} whose text was taken back */
  #deleted = [];

  /**
   * @param {import("./api.js").Answer} answer @param {number} since the cursor it was asked with
   * @returns {Message[]} those that are new here
   */
  take(answer, since) {
    if (answer.reset) this.#replace(answer.last_id + WINDOW);
    const fresh = answer.messages.filter(({ id }) => !this.#messages.has(id));
    for (const message of fresh) this.#messages.set(message.id, message);
    const gone = this.#prune().filter((id) => fresh.some((message) => message.id === id));
    this.#miss(answer.reset ? 0 : since, answer, gone);
    return fresh.filter(({ id }) => this.#messages.has(id));
  }

  /** @param {Message} message @returns {boolean} whether it is new here */
  add(message) {
    if (this.#messages.has(message.id) || this.#deleted.includes(message.id)) return false;
    this.#messages.set(message.id, message);
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
    this.#lines = [{ after: 0, until, line: REPLACED }];
  }

  /** @param {number} since @param {import("./api.js").Answer} answer @param {number[]} gone unseen */
  #miss(since, { missed, last_id }, gone) {
    // Our own may be among those the poll never brought: they are here, the rest is missing.
    const known = [...this.#messages.keys()].filter((id) => id > since && id <= since + missed);
    const count = missed - known.length + gone.length;
    if (count <= 0) return;
    const line = `${counted(count, "message")} passed while you were away`;
    this.tell({ after: Math.max(since, ...known, ...gone), until: last_id + WINDOW, line });
  }

  /** @returns {number[]} what is no longer here */
  #prune() {
    const ids = [...this.#messages.keys()].sort((a, b) => a - b);
    const gone = ids.slice(0, -WINDOW);
    for (const id of gone) this.#messages.delete(id);
    this.#lines = this.#lines.filter(({ until }) => until > (ids.at(-1) ?? 0));
    return gone;
  }
}

/** @param {Message | Line} entry */
const place = (entry) => ("line" in entry ? entry.after + 0.5 : entry.id);
