/** Who this browser is: an auth_key with its name for all chats, and a session token for each chat. */
import { Refused } from "../net/answers.js";
import { authenticate } from "../net/api.js";
import { local, secret, text } from "./storage.js";

const ME = "watchparty:me";
const LEAVING = "watchparty:leaving";

export const rememberedName = () => text(local.read(ME).username);
/** Whether the identity outlives this tab. */
export const isIdentityKept = () => local.isKept(ME);

export const authKey = () => secret(local.read(ME).auth_key);

/**
 * Send a request with an auth_key for this name. If the server does not know the key, try once more with a new one.
 * @template T @param {string} username @param {(authKey: string) => Promise<T>} send @returns {Promise<T>}
 */
export async function withIdentity(username, send) {
  try {
    return await send(await keyFor(username));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "invalid_credentials") throw error;
    local.remove(ME);
    return send(await keyFor(username));
  }
}

/** @param {string} username */
async function keyFor(username) {
  const known = authKey();
  if (known && username === rememberedName()) return known;
  const identity = await authenticate(username, known);
  local.write(ME, { auth_key: identity.auth_key, username: identity.username });
  return identity.auth_key;
}

/** One record per chat, so that tabs in different chats don't overwrite each other's. @param {string} chatId */
const chatRecord = (chatId) => `watchparty:chat:${chatId}`;

/** @param {string} chatId @returns {string} the session token, empty if there is none */
export const sessionFor = (chatId) => secret(local.read(chatRecord(chatId)).session_token);

/** @param {import("../net/api.js").Session} session @returns {boolean} whether it outlives the page */
export function keepSession({ chat_id, session_token, username }) {
  local.remove(LEAVING);
  return local.write(chatRecord(`${chat_id}`), { session_token, username });
}

/** Tell our other tabs that we leave of our own will. @param {string} chatId */
export const noteLeaving = (chatId) => local.write(LEAVING, { chat: chatId });

/** @param {string} chatId */
export const hasLeft = (chatId) => text(local.read(LEAVING).chat) === chatId;

/** Whether the session outlives this tab. @param {string} chatId */
export const isSessionKept = (chatId) => local.isKept(chatRecord(chatId));

/** @param {string} chatId */
export const forgetSession = (chatId) => local.remove(chatRecord(chatId));
