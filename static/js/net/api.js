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
 * @typedef {{ chat_id: number, session_token: string, username: string, magic_key?: string,
 *             magic_link?: string }} Session
 * @typedef {{ since: number, epoch: string, rev: number }} Cursor
 * @typedef {{ credential?: string, body?: object, key?: string }} Content of a request
 * @typedef {(body: any) => boolean} IsOurs whether an answer has what ours must have
 */

import { Refused, Unreachable, readAnswer } from "./answers.js";

const TIMEOUT = 20; // seconds for a request that is not held; slow mobile connections need most of them
const GRACE = 10; // seconds after the hold until a held request counts as lost
const KEY_SIZE = 16; // bytes

/** An idempotency key: the server performs requests with the same key once. */
export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(KEY_SIZE)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** @param {string} username @param {string} [authKey] if given, rename its owner @returns {Promise<Identity>} */
export const authenticate = (username, authKey) =>
  ask("POST", "/auth", { credential: authKey, body: { username }, isOurs: ({ auth_key }) => isText(auth_key) });

/**
 * Create a chat, once for each key.
 * @param {string} authKey @param {string} key @returns {Promise<Session>}
 */
export const createChat = (authKey, key) => ask("POST", "/create", { credential: authKey, body: {}, key, isOurs: isSession });

/**
 * @param {string} chatId @param {string} authKey
 * @param {{ magic_key?: string, username?: string }} invitation empty if we are a member already
 * @returns {Promise<Session>}
 */
export const joinChat = (chatId, authKey, invitation) =>
  ask("POST", `/${chatId}/join`, { credential: authKey, body: invitation, isOurs: isSession });

/**
 * Read the latest messages, or wait up to `hold` seconds for those after a cursor.
 * @param {string} chatId @param {string} token @param {Cursor | undefined} cursor @param {number} hold
 * @param {AbortSignal} signal @returns {Promise<Answer>}
 */
export function readChat(chatId, token, cursor, hold, signal) {
  if (!cursor) return ask("GET", `/${chatId}?rev=0`, { credential: token, signal, isOurs: isPage });
  const { since, epoch, rev } = cursor;
  const query = new URLSearchParams({ since: `${since}`, epoch, rev: `${rev}`, wait: `${hold}` });
  return ask("GET", `/${chatId}?${query}`, { credential: token, signal, hold, isOurs: isPage });
}

/**
 * Read many chats in one request, as `readChat` does.
 * @param {import("./cursors.js").Cursors} chats @param {number} hold @param {AbortSignal} signal
 * @returns {Promise<{ chats: Record<string, any> }>} for each chat with news an answer or an error
 */
export function readChats(chats, hold, signal) {
  const credential = Object.values(chats)[0]?.token; // limits count the request per member, not per address
  return ask("POST", "/poll", { credential, body: { wait: hold, chats }, signal, hold, isOurs: isPages });
}

/**
 * @param {string} chatId @param {string} token @param {{ key: string, body: string }} message
 * @param {AbortSignal} signal
 */
export const postMessage = (chatId, token, { key, body }, signal) =>
  ask("POST", `/${chatId}`, { credential: token, body: { body }, key, signal, isOurs: ({ id }) => Number.isInteger(id) });

/** @param {unknown} value */
export const isText = (value) => typeof value === "string" && value !== "";

/** @param {any} body */
const isSession = ({ chat_id, session_token }) => Number.isInteger(chat_id) && isText(session_token);

/** @param {any} body */
const isPage = ({ epoch, messages, last_id }) => isText(epoch) && Array.isArray(messages) && Number.isInteger(last_id);

/** @param {any} body */
const isPages = ({ chats }) =>
  chats !== null && typeof chats === "object" && Object.values(chats).every((one) => isText(one?.error) || isPage(one ?? {}));

/**
 * Send a request and return the JSON of its answer. Throws Refused or Unreachable.
 * @param {string} method @param {string} path
 * @param {Content & { hold?: number, signal?: AbortSignal, isOurs?: IsOurs }} options hold: seconds that the
 *   server may hold it
 */
export async function ask(method, path, { hold, signal, isOurs = () => true, ...content }) {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), (hold ? hold + GRACE : TIMEOUT) * 1000);
  signal?.addEventListener("abort", () => controller.abort());
  if (signal?.aborted) controller.abort();
  try {
    return await readAnswer(await fetch(path, request(method, content, controller.signal)), isOurs);
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
  // Without no-store, requests for the same URL wait for one another across tabs. Ours are never redirected: a
  // captive portal would lead to another origin.
  /** @type {RequestInit} */
  const init = { method, headers, signal, cache: "no-store", credentials: "omit", redirect: "error" };
  if (body) init.body = JSON.stringify(body);
  return init;
}
