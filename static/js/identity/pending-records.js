/** Where the messages are kept that the server has not confirmed yet. They go when our access to the chat ends. */
import { local, text } from "./storage.js";

/** @param {string} chatId @returns {string} what the names of the records begin with */
export const pendingPrefix = (chatId) => `watchparty:letter:${chatId}:`;

/** Delete the unsent messages of a chat. @param {string} chatId @returns {string[]} their texts */
export function dropPending(chatId) {
  const records = local.keys(pendingPrefix(chatId));
  const texts = records.map((record) => text(local.read(record).body));
  for (const record of records) local.remove(record);
  return texts.filter(Boolean);
}
