/** User-perceived characters (grapheme clusters): a family emoji counts as one, as does a letter with its accents. */

// Firefox before 125 has no Intl.Segmenter; there we count code points.
const segmenter = typeof Intl.Segmenter === "function" ? new Intl.Segmenter() : undefined;

const EMOJI_ONLY =
  /^[\p{Extended_Pictographic}\p{Regional_Indicator}\p{Emoji_Modifier}\u{E0020}-\u{E007F}\u200d\ufe0f\u20e3\s]+$/u;
const LONGEST_EMOJI = 16; // UTF-16 code units; flags of regions are the longest in use

/** @param {string} text */
export const graphemes = (text) =>
  segmenter ? Array.from(segmenter.segment(text), ({ segment }) => segment) : Array.from(text);

/** @param {string} text @returns {string} in upper case, where the script has it */
export const firstGrapheme = (text) => (graphemes(text)[0] ?? "").toLocaleUpperCase();

/** Whether `text` is between one and `most` emoji and nothing else. @param {string} text @param {number} most */
export const onlyEmoji = (text, most) =>
  text.length <= most * LONGEST_EMOJI &&
  EMOJI_ONLY.test(text) &&
  graphemes(text.replace(/\s/gu, "")).length <= most;
