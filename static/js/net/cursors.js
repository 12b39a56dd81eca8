/**
 * Many readers, one poll. Tabs of one chat may stand at different places: the poll asks from the
 * furthest back, and each gets what it has not seen.
 *
 * @typedef {import("./api.js").Answer} Answer
 * @typedef {{ chatId: string, token: string, since: number, epoch: string, rev: number }} Place where one reader is
 * @typedef {Record<string, Omit<Place, "chatId">>} Places by chat
 */

const CHATS_MAX = 64; // in one request; the rest has its turn after the next answer
const EVERYTHING = Number.MAX_SAFE_INTEGER; // ahead of any chat: the server sends the whole window, and the state

/** @param {Iterable<Place>} readers @returns {Places} */
export function together(readers) {
  /** @type {Places} */
  const chats = {};
  for (const { chatId, token, since, epoch, rev } of readers) {
    const other = chats[chatId];
    if (!other && Object.keys(chats).length < CHATS_MAX) chats[chatId] = { token, since, epoch, rev };
    else if (other?.epoch === epoch) {
      other.since = lower(other.since, since);
      other.rev = lower(other.rev, rev);
    } else if (other) other.since = other.rev = EVERYTHING;
  }
  return chats;
}

/** @param {number} one @param {number} other */
const lower = (one, other) => (one === EVERYTHING ? one : Math.min(one, other));

/** Whether this poll brings all that the reader needs. @param {Places} chats @param {Place} reader */
export function covers(chats, { chatId, token, since, epoch, rev }) {
  const place = chats[chatId];
  return place?.token === token && place.epoch === epoch && place.since <= since && place.rev <= rev;
}

/**
 * The answer as this reader alone would have got it; none when too little was asked for to tell.
 * @param {Answer} answer @param {number} from the cursor that was asked with @param {Place} reader
 * @returns {Answer | undefined}
 */
export function excerpt(answer, from, { since, epoch, rev }) {
  const strays = answer.epoch !== epoch || since > answer.last_id;
  if (!answer.reset && (strays || since < from)) return;
  if (strays) return answer;
  const messages = answer.messages.filter(({ id }) => id > since);
  const missed = Math.max(0, (answer.messages[0]?.id ?? 0) - since - 1);
  const state = answer.rev === rev ? undefined : answer.state;
  return { ...answer, messages, missed, state, reset: false };
}

/** No news, as the server says it. @param {Place} reader @returns {Answer} */
export const silence = ({ since, epoch }) => ({ epoch, messages: [], last_id: since, missed: 0, reset: false });
