/** The keys to single chats, one record each, so that tabs in different chats never mix. */
import { forGood, secret } from "./storage.js";

/** @param {string} chatId */
const record = (chatId) => `watchparty:chat:${chatId}`;

/** @param {string} chatId @returns {string} the session token, empty when there is none */
export const sessionFor = (chatId) => secret(forGood.read(record(chatId)).session_token);

/** @param {import("../net/api.js").Session} session @returns {boolean} whether it outlives the page */
export const keepSession = ({ chat_id, session_token, username }) =>
  forGood.write(record(`${chat_id}`), { session_token, username });

/** @param {string} chatId */
export const forgetSession = (chatId) => forGood.remove(record(chatId));
