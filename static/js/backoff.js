// @ts-check
/** Exponential back-off with full jitter: a crowd that lost its server comes back spread out. */

const FIRST = 500; // ms
const CEILING = 15_000; // ms; nobody who looks at the page waits longer than this
const SPREAD = 1000; // ms on top of a wait the server asked for, so that not all return in one moment

/** @param {number} failures so far @param {number} asked seconds the server asked for, or 0 @returns {number} ms */
export function delay(failures, asked) {
  if (asked) return asked * 1000 + Math.random() * SPREAD;
  return Math.random() * Math.min(CEILING, FIRST * 2 ** Math.min(failures, 10));
}
