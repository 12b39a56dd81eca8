/**
 * One poll for many readers. Tabs of one chat may have different cursors: the poll asks from the oldest,
 * and each reader gets the part of the answer that is new to it.
 *
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {{ chatId: string, token: string, since: number, epoch: string, rev: number }} ReaderCursor
 * @typedef {Record<string, Omit<ReaderCursor, "chatId">>} Cursors by chat
 */

const CHATS_MAX = 64; // in one request; the next request includes the others
const EVERYTHING = Number.MAX_SAFE_INTEGER; // ahead of any chat: the server answers with all messages and the state

/** @param {Iterable<ReaderCursor>} readers @returns {Cursors} */
export function mergeCursors(readers) {
  /** @type {Cursors} */
  const chats = {};
  for (const { chatId, token, since, epoch, rev } of readers) {
    const other = chats[chatId];
    if (!other) {
      if (Object.keys(chats).length < CHATS_MAX) chats[chatId] = { token, since, epoch, rev };
      continue;
    }
    const isSameEpoch = other.epoch === epoch;
    other.since = isSameEpoch ? older(other.since, since) : EVERYTHING;
    other.rev = isSameEpoch ? older(other.rev, rev) : EVERYTHING;
  }
  return chats;
}

/** @param {number} one @param {number} other */
const older = (one, other) => (one === EVERYTHING ? one : Math.min(one, other));

/**
 * Whether the answer to a poll with these cursors has all that the reader needs.
 * @param {Cursors} chats @param {ReaderCursor} reader
 */
export function isCovered(chats, { chatId, token, since, epoch, rev }) {
  const sent = chats[chatId];
  return sent?.token === token && sent.epoch === epoch && sent.since <= since && sent.rev <= rev;
}

/**
 * Return the answer that a poll of its own would have given this reader, or undefined if the shared poll did
 * not ask for all of it.
 * @param {Answer} answer @param {number} from the cursor that was sent @param {ReaderCursor} reader
 * @returns {Answer | undefined}
 */
export function sliceFor(answer, from, { since, epoch, rev }) {
  const isForeign = answer.epoch !== epoch || since > answer.last_id;
  if (!answer.reset && (isForeign || since < from)) return;
  if (isForeign) return answer;
  const messages = answer.messages.filter(({ id }) => id > since);
  const missed = Math.max(0, (answer.messages[0]?.id ?? 0) - since - 1);
  const state = answer.rev === rev ? undefined : answer.state;
  return { ...answer, messages, missed, state, reset: false };
}

/** The answer to a poll without news. @param {ReaderCursor} reader @returns {Answer} */
export const emptyAnswer = ({ since, epoch }) => ({ epoch, messages: [], last_id: since, missed: 0, reset: false });
