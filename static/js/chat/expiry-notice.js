/**
 * A notice in the last hour of a party, which says when the party is deleted unless somebody writes.
 *
 * @typedef {import("../net/api.js").Answer & { expires_at?: string, server_time?: string }} ChatAnswer
 * @typedef {import("../messages/history.js").Notice} Notice
 */
import { Refused } from "../net/answers.js";
import { ask } from "../net/api.js";
import { formatTime } from "../ui/format.js";

const AHEAD = 3_600_000; // ms before the expiry at which the notice appears
const CLEANUP_MAX = 60_000; // ms after the expiry until the server has certainly deleted the party
const CLOCK_CHECK = 60_000; // ms, the longest timer: timers stop while a phone sleeps

export class ExpiryNotice {
  #room;
  #shownFor = "";
  /** @type {Notice | undefined} */
  #notice;

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
  }

  /** Show the notice if it is time, and set the next timer. @param {ChatAnswer} chat as it is now */
  check({ expires_at = "", server_time = "", last_id }) {
    const left = Date.parse(expires_at) - Date.parse(server_time); // our own clock may be wrong
    if (left <= AHEAD && this.#shownFor !== expires_at) this.#show(expires_at, last_id);
    this.#wait(Date.now() + (left > AHEAD ? left - AHEAD : Math.max(left, 0) + CLEANUP_MAX));
  }

  /**
   * Show the notice until the next message.
   * @param {string} at RFC 3339 @param {number} after id of the last message
   */
  #show(at, after) {
    this.#shownFor = at;
    const text = `This party is deleted at ${formatTime(new Date(at))}, unless somebody writes or joins.`;
    const replaced = this.#notice;
    this.#notice = { after, until: after + 1, notice: text };
    this.#room.addNotice(this.#notice, replaced);
  }

  /** @param {number} until ms since 1970 */
  #wait(until) {
    const left = until - Date.now();
    setTimeout(() => (left > CLOCK_CHECK ? this.#wait(until) : this.#ask()), Math.min(left, CLOCK_CHECK));
  }

  /** Ask for the expiry again: a message since then has put it off. */
  async #ask() {
    try {
      this.check(await ask("GET", `/${this.#room.chatId}`, { credential: this.#room.access.token }));
    } catch (error) {
      const isOver = error instanceof Refused && error.status < 429; // the poll is refused as well, and leaves the page
      if (!isOver) this.#wait(Date.now() + CLOCK_CHECK);
    }
  }
}
