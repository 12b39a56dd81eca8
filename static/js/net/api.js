/**
 * The one door to the server: nothing else on the page calls fetch.
 *
 * @typedef {{ id: number, username: string, member_id: number, body: string, created_at: string,
 *             key?: string, deleted?: boolean }} Message
 * @typedef {{ member_id: number, username: string, role: string }} Member
 * @typedef {{ epoch: string, messages: Message[], last_id: number, missed: number, reset: boolean,
 *             rev?: number, state?: State, username?: string, member_id?: number, magic_link?: string }} Answer
 * @typedef {{ members: Member[], topic: string, deleted: number[], links: number,
 *             alike: number[] }} State what is no message
 * @typedef {{ auth_key: string, username: string }} Identity
 * @typedef {{ chat_id: number, session_token: string, username: string, magic_key?: string }} Session
 * @typedef {{ since: number, epoch: string, rev: number }} Cursor
 *
 * What can go wrong:
 *   Error
 *   ├── Refused      the server said no, with a code and a sentence for a person
 *   └── Unreachable  no answer, or none that came from the party
 */

const PATIENCE = 20; // seconds for an answer that nothing holds back; a bad phone line needs most of it
const GRACE = 10; // seconds on top of a held request before it counts as lost

export class Refused extends Error {
  /** @param {number} status @param {any} said @param {number} retryAfter seconds, 0 when not asked to wait */
  constructor(status, said, retryAfter) {
    super(typeof said.message === "string" ? said.message : "The party had a hiccup. Try again in a moment.");
    this.status = status;
    this.code = typeof said.error === "string" ? said.error : "";
    this.retryAfter = retryAfter;
  }
}

export class Unreachable extends Error {
  constructor() {
    super("Can't reach the party. Check your connection and try again.");
  }
}

/** @param {string} username @param {string} [authKey] given: rename its owner @returns {Promise<Identity>} */
export const introduce = (username, authKey) => ask("POST", "/auth", { credential: authKey, body: { username } });

/**
 * @param {string} chatId @param {string} authKey
 * @param {{ magic_key?: string, username?: string }} invitation empty for somebody who is a member already
 * @returns {Promise<Session>}
 */
export const joinChat = (chatId, authKey, invitation) =>
  ask("POST", `/${chatId}/join`, { credential: authKey, body: invitation });

/**
 * The whole window, or (with a cursor) what is newer, held for up to `hold` seconds.
 * @param {string} chatId @param {string} token @param {Cursor | undefined} cursor @param {number} hold
 * @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export function readChat(chatId, token, cursor, hold, signal) {
  if (!cursor) return ask("GET", `/${chatId}?rev=0`, { credential: token, signal });
  const query = new URLSearchParams(Object.entries({ ...cursor, wait: `${hold}` }));
  return ask("GET", `/${chatId}?${query}`, { credential: token, signal, hold });
}

/** @param {string} chatId @param {string} token @param {{ key: string, body: string }} letter @param {AbortSignal} signal */
export const postMessage = (chatId, token, { key, body }, signal) =>
  ask("POST", `/${chatId}`, { credential: token, body: { body }, key, signal });

/**
 * @param {string} method @param {string} path
 * @param {{ credential?: string, body?: object, key?: string, hold?: number, signal?: AbortSignal }} how hold: seconds the server may take
 */
export async function ask(method, path, { hold, signal, ...what }) {
  const ending = new AbortController();
  const timer = setTimeout(() => ending.abort(), (hold ? hold + GRACE : PATIENCE) * 1000);
  signal?.addEventListener("abort", () => ending.abort());
  if (signal?.aborted) ending.abort();
  try {
    return await answered(await fetch(path, request(method, what, ending.signal)));
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} method @param {{ credential?: string, body?: object, key?: string }} what @param {AbortSignal} signal */
function request(method, { credential, body, key }, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (credential) headers.Authorization = `Bearer ${credential}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body) headers["Content-Type"] = "application/json";
  // no-store: requests for one URL would otherwise wait for one another across tabs
  /** @type {RequestInit} */
  const init = { method, headers, signal, cache: "no-store", credentials: "omit" };
  if (body) init.body = JSON.stringify(body);
  return init;
}

/** @param {Response} response */
async function answered(response) {
  if (response.ok) return response.json();
  const said = (await response.json().catch(() => null)) ?? {};
  throw new Refused(response.status, said, Number(response.headers.get("Retry-After")) || 0);
}
