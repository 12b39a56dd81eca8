/** Times in the reader's own locale and time zone, and counts with their nouns. */

const timeOfDay = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const weekday = new Intl.DateTimeFormat(undefined, {
  ...{ weekday: "short", day: "numeric", month: "short" },
  ...{ hour: "2-digit", minute: "2-digit" },
});

/** @param {Date} when @returns {string} "21:05" */
export const formatTime = (when) => timeOfDay.format(when);

/** @param {Date} when @returns {string} "Fri 12 Jan, 21:05" */
export const formatDay = (when) => weekday.format(when);

/** @param {Date} when @returns {string} the time, with the day unless it is today */
export function formatRecent(when) {
  const isToday = when.toDateString() === new Date().toDateString();
  return isToday ? formatTime(when) : `${day.format(when)}, ${formatTime(when)}`;
}

/** @param {HTMLElement} element a <time> @param {string} at RFC 3339; empty if not known yet */
export function showTime(element, at) {
  const when = new Date(at);
  const isKnown = !Number.isNaN(when.getTime());
  element.textContent = isKnown ? formatRecent(when) : "";
  element.title = isKnown ? full.format(when) : "";
  if (isKnown) element.setAttribute("datetime", at);
}

/** @param {number} count @param {string} noun @returns {string} "1 message", "2 messages" */
export const counted = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
