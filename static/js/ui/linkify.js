/** Turns web addresses in a text into links, and keeps the rest as it is. */

const ADDRESS = /https?:\/\/[^\s<>"`“”„‘«»\u2066-\u2069\u200e\u200f\u202a-\u202e]+/giu;
const TRAILING = /[.,;:!?…*~'’。、！？，；：」』）】]$/u;
// But some scripts write no spaces around an address.
const MID_WORD =
  /(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}ー])[\p{L}\p{N}]$/u;
const BRACKETS = [["(", ")"], ["[", "]"], ["{", "}"]];

/** @param {string} text @returns {(string | HTMLAnchorElement)[]} */
export function linkify(text) {
  const pieces = [];
  let position = 0; // the text before it is in `pieces`
  for (const { 0: found, index } of text.matchAll(ADDRESS)) {
    const address = withoutTrailing(found, text[index - 1] === "_");
    if (!isWeb(address) || isMidWord(text, index)) continue;
    pieces.push(text.slice(position, index), link(address));
    position = index + address.length;
  }
  return [...pieces, text.slice(position)];
}

/**
 * Cut off punctuation that belongs to the sentence around it: "(see http://a.example/b)."
 * An address may end with an underscore, unless there is one before it as well: "_http://a.example/b_".
 * @param {string} address @param {boolean} isEmphasized
 */
function withoutTrailing(address, isEmphasized) {
  const surplus = new Map(BRACKETS.map(([open, close]) => [close, count(address, close) - count(address, open)]));
  for (let end = address.length; ; end--) {
    const last = address[end - 1];
    const left = surplus.get(last) ?? 0;
    const isMark = TRAILING.test(last) || (isEmphasized && last === "_");
    if (left <= 0 && !isMark) return address.slice(0, end);
    surplus.set(last, left - 1);
  }
}

/** @param {string} text @param {string} character */
const count = (text, character) => text.split(character).length;

/** @param {string} text @param {number} index */
const isMidWord = (text, index) => MID_WORD.test(text.slice(Math.max(0, index - 2), index));

/**
 * User names ("https://bank.example@elsewhere.example") are excluded: they only ever deceive.
 * @param {string} address
 */
function isWeb(address) {
  try {
    const { protocol, username, password } = new URL(address);
    return /^https?:$/.test(protocol) && !username && !password;
  } catch {
    return false;
  }
}

/** @param {string} address */
function link(address) {
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.target = "_blank";
  anchor.rel = "noopener noreferrer nofollow ugc";
  anchor.textContent = address;
  anchor.title = anchor.href; // shows a look-alike host in Punycode
  return anchor;
}
