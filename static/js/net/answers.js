/**
 * Tells the party's answers from those of others: captive portals, proxies whose server restarts, maintenance
 * pages. Only ours may end a session, refuse a message or set a time to wait. Anything else means that the party
 * can't be reached, and is tried again.
 *
 * Errors:
 *   Error
 *   ├── Refused      the server answered with an error: a status, a code and a message for people
 *   └── Unreachable  no answer, or one that is not from Watch Party
 */

const RETRY_MIN = 1; // seconds
const RETRY_MAX = 30; // seconds; people in front of the page should not wait longer, whatever an answer says

/** Our error codes, by status. @type {Record<number, string[]>} */
const CODES = {
  400: ["invalid_request"],
  401: ["missing_credentials", "invalid_credentials"],
  403: ["forbidden", "invalid_invite", "not_allowed", "removed", "burned", "foreign_origin"],
  404: ["not_found"],
  405: ["method_not_allowed"],
  408: ["request_timeout"],
  409: ["chat_full", "no_successor"],
  413: ["too_large"],
  421: ["unknown_host"],
  422: ["key_reused"],
  429: ["rate_limited"],
  500: ["internal_error"],
  503: ["unavailable"],
};

/** Codes that end our access to a chat. */
const ENDINGS = ["forbidden", "removed", "burned", "missing_credentials", "invalid_credentials"];

export class Refused extends Error {
  /**
   * @param {number} status @param {any} body of the answer
   * @param {number} retryAfter seconds; 0 if the server sent none
   */
  constructor(status, body, retryAfter) {
    super(typeof body.message === "string" ? body.message : "The party had a hiccup. Try again in a moment.");
    this.status = status;
    this.code = typeof body.error === "string" ? body.error : "";
    this.retryAfter = retryAfter;
  }
}

export class Unreachable extends Error {
  constructor() {
    super("Can't reach the party. Check your connection and try again.");
  }
}

/** Whether we have no access to the chat (any more). @param {unknown} error @returns {error is Refused} */
export const isEnding = (error) => error instanceof Refused && ENDINGS.includes(error.code);

/** Whether the server is there but limits our requests. @param {unknown} error @returns {error is Refused} */
export const isBusy = (error) => error instanceof Refused && error.status === 429;

/**
 * Return the JSON of an answer. Throws Refused for our errors, and Unreachable for an answer of somebody else.
 * @param {Response} response @param {(body: any) => boolean} isOurs
 */
export async function readAnswer(response, isOurs) {
  const body = await response.json().catch(() => null);
  if (body === null || typeof body !== "object") throw new Unreachable();
  if (response.status === 200 && isOurs(body)) return body;
  if (!CODES[response.status]?.includes(body.error)) throw new Unreachable();
  throw new Refused(response.status, body, secondsToWait(response.headers.get("Retry-After")));
}

/** @param {string | null} header @returns {number} */
function secondsToWait(header) {
  const seconds = Number(header);
  return seconds > 0 ? Math.min(Math.max(seconds, RETRY_MIN), RETRY_MAX) : 0;
}
