/** Says an hour before that the party will be deleted when nobody writes. Loaded once the party is there. */
import { Refused, ask } from "../net/api.js";

/**
 * @typedef {import("../net/api.js").Answer & { expires_at?: string, server_time?: string }} Whole tells of the whole party
 * @typedef {import("./history.js").Line} Line
 */

const AHEAD = 3_600_000; // ms before the end; who is here then is told
const SWEEP = 60_000; // ms after the end until the server has deleted the party for certain
const LOOK = 60_000; // ms between looks at the clock: a timer stands still while the phone sleeps

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/**
 * @param {Whole} party as it is now @param {string} chatId @param {{ token: string }} access
 * @param {import("./history.js").History} history @param {() => void} show
 */
export const watch = (party, chatId, access, history, show) =>
  new Deadline(
    () => ask("GET", `/${chatId}`, { credential: access.token }),
    (line, instead) => (history.tell(line, instead), show()),
  ).heed(party);

class Deadline {
  #ask;
  #tell;
  #told = "";
  /** @type {Line | undefined} */
  #line;

  /** @param {() => Promise<Whole>} ask @param {(line: Line, instead: Line | undefined) => void} tell */
  constructor(ask, tell) {
    this.#ask = ask;
    this.#tell = tell;
  }

  /** @param {Whole} party */
  heed({ expires_at = "", server_time = "", last_id }) {
    const left = Date.parse(expires_at) - Date.parse(server_time); // our own clock may be wrong
    if (left <= AHEAD && this.#told !== expires_at) this.#warn((this.#told = expires_at), last_id);
    this.#wait(Date.now() + (left > AHEAD ? left - AHEAD : Math.max(left, 0) + SWEEP));
  }

  /** It stands until the next message. @param {string} at RFC 3339 @param {number} after the last one */
  #warn(at, after) {
    const line = `This party is deleted at ${time.format(new Date(at))}, unless somebody writes or joins.`;
    const before = this.#line;
    this.#line = { after, until: after + 1, line };
    this.#tell(this.#line, before);
  }

  /** @param {number} until ms */
  #wait(until) {
    const left = until - Date.now();
    setTimeout(() => (left > LOOK ? this.#wait(until) : this.#look()), Math.min(left, LOOK));
  }

  /** Much may have been said since. */
  async #look() {
    try {
      this.heed(await this.#ask());
    } catch (error) {
      const isOver = error instanceof Refused && error.status < 429; // the poll hears it, too, and leaves
      if (!isOver) this.#wait(Date.now() + LOOK);
    }
  }
}
