/**
 * Groups consecutive messages of one author under one name. Independent of the DOM.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./history.js").Notice} Notice
 * @typedef {import("./pending-messages.js").PendingMessage} PendingMessage
 * @typedef {import("../chat/room.js").Me} Me
 * @typedef {{ author: number, username: string, at: string, isMine: boolean,
 *             items: (Message | PendingMessage)[] }} MessageGroup
 */

const GROUP_SPAN = 5 * 60_000; // ms after the first message of a group; later ones begin another group

/** The latest `count` messages, and all notices. @param {(Message | Notice)[]} entries @param {number} count */
export function newest(entries, count) {
  const messages = entries.filter((entry) => !("notice" in entry));
  const kept = new Set(messages.slice(Math.max(0, messages.length - count)));
  return entries.filter((entry) => "notice" in entry || kept.has(entry));
}

/** @param {(Message | Notice | PendingMessage)[]} items @param {Me} me @returns {(MessageGroup | Notice)[]} */
export function messageGroups(items, me) {
  /** @type {(MessageGroup | Notice)[]} */
  const blocks = [];
  for (const item of items) {
    if ("notice" in item) {
      blocks.push(item);
      continue;
    }
    const group = groupOf(item, me);
    const last = blocks.at(-1);
    if (last && !("notice" in last) && belongsTo(last, group)) last.items.push(item);
    else blocks.push(group);
  }
  return blocks;
}

/** @param {Message | PendingMessage} item @param {Me} me @returns {MessageGroup} */
function groupOf(item, me) {
  if ("state" in item) return { author: me.memberId, username: me.username, at: "", isMine: true, items: [item] };
  const { member_id: author, username, created_at: at } = item;
  return { author, username, at, isMine: author === me.memberId, items: [item] };
}

/** @param {MessageGroup} last @param {MessageGroup} group */
function belongsTo(last, group) {
  const at = group.at ? Date.parse(group.at) : Date.now();
  const isSoon = !last.at || at - Date.parse(last.at) < GROUP_SPAN;
  return group.author === last.author && group.username === last.username && isSoon;
}
