/** Times are shown in the reader's locale and time zone, and counts with their nouns. */
import assert from "node:assert/strict";
import { after, before, mock, test } from "node:test";

const NOON = Date.parse("2026-01-12T12:00:00+01:00");

// An English reader in Oslo; the locale of this machine must not matter.
process.env.TZ = "Europe/Oslo";
const { DateTimeFormat } = Intl;
// @ts-ignore
Intl.DateTimeFormat = function (_, options) {
  return new DateTimeFormat("en-GB", options);
};
const { counted, formatDay, formatRecent, formatTime, showTime } = await import("../../static/js/ui/format.js");

before(() => mock.timers.enable({ apis: ["Date"], now: NOON }));
after(() => mock.timers.reset());

/** @param {string} at */
const at = (at) => new Date(at);

/** Returns a <time> that showTime has filled. @param {string} at */
function shown(at) {
  const element = { textContent: "?", title: "?", setAttribute: (name, value) => (element[name] = value) };
  showTime(element, at);
  return [element.textContent, element.title, element.datetime];
}

test("a time is shown in the reader's time zone", () => {
  assert.equal(formatTime(at("2026-01-12T20:05:00Z")), "21:05");
  assert.equal(formatTime(at("2026-07-12T20:05:00Z")), "22:05"); // in summer
  assert.equal(formatTime(at("2026-01-11T23:00:00Z")), "00:00");
});

test("a full time has its weekday and date", () => {
  assert.match(formatDay(at("2026-01-12T20:05:00Z")), /^Mon,? 12 Jan(,| at) 21:05$/);
});

test("a time on another day has its date, and a time today has none", () => {
  assert.equal(formatRecent(at("2026-01-11T23:00:00Z")), "00:00");
  assert.equal(formatRecent(at("2026-01-12T22:59:59Z")), "23:59");
  assert.equal(formatRecent(at("2026-01-11T22:59:59Z")), "11 Jan, 23:59");
  assert.equal(formatRecent(at("2026-01-12T23:00:00Z")), "13 Jan, 00:00");
  assert.equal(formatRecent(at("2025-01-12T12:00:00Z")), "12 Jan, 13:00");
});

test("an element gets the short time as text, the full time as title, and a machine-readable time", () => {
  const [text, title, machine] = shown("2026-01-12T20:05:07.123Z");
  assert.equal(text, "21:05");
  assert.match(title, /^Monday,? 12 January 2026 at 21:05:07$/);
  assert.equal(machine, "2026-01-12T20:05:07.123Z");
});

test("an unknown time is not shown", () => {
  for (const unknown of ["", "soon"]) assert.deepEqual(shown(unknown), ["", "", undefined]);
});

test("a count has the singular or the plural of its noun", () => {
  assert.equal(counted(1, "message"), "1 message");
  assert.equal(counted(2, "message"), "2 messages");
  assert.equal(counted(0, "message"), "0 messages");
  assert.equal(counted(1234, "message"), "1,234 messages");
});
