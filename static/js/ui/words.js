/** Sentences with numbers in them. */

/** @param {number} count @param {string} noun @returns {string} "1 message", "2 messages" */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
