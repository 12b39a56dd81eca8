/**
 * Which messages stand under one name. Knows nothing of the page.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./history.js").Line} Line
 * @typedef {import("./pending-messages.js").Letter} Letter
 * @typedef {{ memberId: number, username: string }} Me
 * @typedef {{ author: number, username: string, at: string, mine: boolean, items: (Message | Letter)[] }} Run
 */

const TOGETHER = 5 * 60_000; // ms; what one author says within five minutes stands under one name

/** The last `count` messages, and all lines. @param {(Message | Line)[]} entries @param {number} count */
export function newest(entries, count) {
  let surplus = entries.filter((entry) => !("line" in entry)).length - count;
  return entries.filter((entry) => "line" in entry || surplus-- <= 0);
}

/** @param {(Message | Line | Letter)[]} items @param {Me} me @returns {(Run | Line)[]} */
export function runs(items, me) {
  /** @type {(Run | Line)[]} */
  const blocks = [];
  for (const item of items) {
    if ("line" in item) blocks.push(item);
    else {
      const run = runOf(item, me);
      const last = blocks.at(-1);
      if (last && !("line" in last) && belongs(run, last)) last.items.push(item);
      else blocks.push(run);
    }
  }
  return blocks;
}

/** @param {Message | Letter} item @param {Me} me @returns {Run} */
function runOf(item, me) {
  if ("state" in item) return { author: me.memberId, username: me.username, at: "", mine: true, items: [item] };
  const { member_id: author, username, created_at: at } = item;
  return { author, username, at, mine: author === me.memberId, items: [item] };
}

/** @param {Run} run @param {Run} last */
function belongs(run, last) {
  const now = run.at ? Date.parse(run.at) : Date.now();
  const soon = !last.at || now - Date.parse(last.at) < TOGETHER;
  return run.author === last.author && run.username === last.username && soon;
}
