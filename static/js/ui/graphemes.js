/** Characters as people count them: a family emoji is one, a letter with its accents too. */

// Firefox before 125 has no Segmenter; code points are the nearest thing there.
const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : undefined;

const EMOJI_ONLY =
  /^[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u{E0020}-\u{E007F}\u200d\ufe0f\u20e3\s]+$/u;
const LONGEST_EMOJI = 16; // UTF-16 units; flags of regions are the longest in use

/** @param {string} text */
export const graphemes = (text) =>
  segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : Array.from(text);

/** @param {string} text @returns {string} upper case where the script has it */
export const firstGrapheme = (text) => (graphemes(text)[0] ?? "").toLocaleUpperCase();

/** @param {string} text @param {number} most */
export const onlyEmoji = (text, most) =>
  text.length <= most * LONGEST_EMOJI &&
  EMOJI_ONLY.test(text) &&
  graphemes(text.replace(/\s/gu, "")).length <= most;
