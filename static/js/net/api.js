/**
 * All requests to the server; no other module calls fetch.
 *
 * @typedef {{ id: number, username: string, member_id: number, body: string, created_at: string,
 *             key?: string, deleted?: boolean }} Message
 * @typedef {{ member_id: number, username: string, role: string }} Member
 * @typedef {{ epoch: string, messages: Message[], last_id: number, missed: number, reset: boolean,
 *             rev?: number, state?: State, username?: string, member_id?: number, magic_link?: string }} Answer
 * @typedef {{ members: Member[], topic: string, deleted: number[], links: number, alike: number[] }} State what
 *   members see besides messages; `links` counts replaced links, `alike` has the ids of members with similar names
 * @typedef {{ auth_key: string, username: string }} Identity
 * @typedef {{ chat_id: number, session_token: string, username: string, magic_key?: string }} Session
 * @typedef {{ since: number, epoch: string, rev: number }} Cursor
 * @typedef {{ credential?: string, body?: object, key?: string }} Content of a request
 *
 * Errors:
 *   Error
 *   ├── Refused      the server answered with an error: a status, a code and a message for people
 *   └── Unreachable  no answer, or one that is not from Watch Party
 */

const TIMEOUT = 20; // seconds for a request that is not held; slow mobile connections need most of them
const GRACE = 10; // seconds after the hold until a held request counts as lost
const KEY_SIZE = 16; // bytes

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

/** An idempotency key: the server performs requests with the same key once. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(KEY_SIZE)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} username @param {string} [authKey] if given, rename its owner @returns {Promise<Identity>} */
export const authenticate = (username, authKey) => ask("POST", "/auth", { credential: authKey, body: { username } });

/**
 * @param {string} chatId @param {string} authKey
 * @param {{ magic_key?: string, username?: string }} invitation empty if we are a member already
 * @returns {Promise<Session>}
 */
export const joinChat = (chatId, authKey, invitation) =>
  ask("POST", `/${chatId}/join`, { credential: authKey, body: invitation });

/**
 * Read the latest messages, or wait up to `hold` seconds for those after a cursor.
 * @param {string} chatId @param {string} token @param {Cursor | undefined} cursor @param {number} hold
 * @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export function readChat(chatId, token, cursor, hold, signal) {
  if (!cursor) return ask("GET", `/${chatId}?rev=0`, { credential: token, signal });
  const { since, epoch, rev } = cursor;
  const query = new URLSearchParams({ since: `${since}`, epoch, rev: `${rev}`, wait: `${hold}` });
  return ask("GET", `/${chatId}?${query}`, { credential: token, signal, hold });
}

/**
 * @param {string} chatId @param {string} token @param {{ key: string, body: string }} message
 * @param {AbortSignal} signal
 */
export const postMessage = (chatId, token, { key, body }, signal) =>
  ask("POST", `/${chatId}`, { credential: token, body: { body }, key, signal });

/**
 * Send a request and return the JSON of its answer. Throws Refused or Unreachable.
 * @param {string} method @param {string} path
 * @param {Content & { hold?: number, signal?: AbortSignal }} options hold: seconds that the server may hold it
 */
export async function ask(method, path, { hold, signal, ...content }) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), (hold ? hold + GRACE : TIMEOUT) * 1000);
  signal?.addEventListener("abort", () => controller.abort());
  if (signal?.aborted) controller.abort();
  try {
    return await readAnswer(await fetch(path, request(method, content, controller.signal)));
  } catch (error) {
    throw error instanceof Refused ? error : new Unreachable();
  } finally {
    clearTimeout(timer);
  }
}

/** @param {string} method @param {Content} content @param {AbortSignal} signal */
function request(method, { credential, body, key }, signal) {
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json" };
  if (credential) headers.Authorization = `Bearer ${credential}`;
  if (key) headers["Idempotency-Key"] = key;
  if (body) headers["Content-Type"] = "application/json";
  // Without no-store, requests for the same URL wait for one another across tabs.
  /** @type {RequestInit} */
  const init = { method, headers, signal, cache: "no-store", credentials: "omit" };
  if (body) init.body = JSON.stringify(body);
  return init;
}

/** @param {Response} response */
async function readAnswer(response) {
  if (response.ok) return response.json();
  const body = (await response.json().catch(() => null)) ?? {};
  throw new Refused(response.status, body, Number(response.headers.get("Retry-After")) || 0);
}
