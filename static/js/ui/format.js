/** Times in the reader's own locale and time zone. */

const time = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });

/** @param {HTMLTimeElement | HTMLElement} element @param {string} at RFC 3339, or empty for not yet known */
export function showTime(element, at) {
  const when = new Date(at);
  const known = !Number.isNaN(when.getTime());
  element.textContent = known ? shortly(when) : "";
  element.title = known ? full.format(when) : "";
  if (known) element.setAttribute("datetime", at);
}

/** @param {Date} when @returns {string} the time, with the day unless it is today */
export function shortly(when) {
  const today = when.toDateString() === new Date().toDateString();
  return today ? time.format(when) : `${day.format(when)}, ${time.format(when)}`;
}
