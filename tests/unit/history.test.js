/** The history holds the latest 30 messages, each once, in order, with a notice wherever some are missing. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { History, WINDOW } from "../../static/js/messages/history.js";

const message = (id) => ({ id, member_id: 1, username: "Bob", body: `Line ${id}`, created_at: "" });
const range = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => first + index);

/** @type {History} */
let history;

beforeEach(() => {
  history = new History();
});

/** Take the answer with messages `first` to `last`. @returns {number[]} the ids that were new */
function take(first, last, { since = first - 1, missed = first - since - 1, reset = false, underway = 0 } = {}) {
  const answer = { epoch: "e", messages: range(first, last).map(message), last_id: last, missed, reset };
  return history.merge(answer, since, underway).map(({ id }) => id);
}

/** Returns the ids of the messages and the texts of the notices, in order. */
const shown = () => history.entries().map((entry) => ("notice" in entry ? entry.notice : entry.id));
const passed = (count) => `${count} messages passed while you were away`;

test("messages are in order, each once", () => {
  assert.deepEqual(take(1, 3), [1, 2, 3]);
  assert.deepEqual(take(2, 5), [4, 5]);
  assert.deepEqual(shown(), range(1, 5));
});

test("an answer without news changes nothing", () => {
  take(1, 3);
  assert.deepEqual(take(4, 3), []);
  assert.deepEqual(shown(), [1, 2, 3]);
});

test("the 31st message replaces the oldest", () => {
  take(1, WINDOW);
  assert.deepEqual(take(31, 33), [31, 32, 33]);
  assert.deepEqual(shown(), range(4, 33));
});

test("each pending message replaces one of the oldest", () => {
  take(1, WINDOW);
  assert.deepEqual(take(31, 31, { underway: 2 }), [31]);
  assert.deepEqual(shown(), range(4, 31));
});

test("missed messages are counted where they are missing", () => {
  take(1, 3);
  assert.deepEqual(take(31, 60, { since: 3 }), range(31, 60));
  assert.deepEqual(shown(), [passed(27), ...range(31, 60)]);
});

test("the notice of one missed message is in the singular", () => {
  take(1, 3);
  take(5, 6, { since: 3 });
  assert.deepEqual(shown(), [1, 2, 3, "1 message passed while you were away", 5, 6]);
});

test("messages that pending ones replace before they were shown count as missed", () => {
  take(1, 3);
  take(31, 60, { since: 3, underway: 1 });
  assert.deepEqual(shown(), [passed(28), ...range(32, 60)]);
});

test("a notice stays until all messages on the page are newer", () => {
  take(1, 3);
  take(31, 60, { since: 3 });
  take(61, 89);
  assert.deepEqual(shown(), [passed(27), ...range(60, 89)]);
  take(90, 90);
  assert.deepEqual(shown(), range(61, 90));
});

test("another history replaces this one and shows a notice", () => {
  take(1, 30);
  assert.deepEqual(take(1, 2, { reset: true, since: 30, missed: 0 }), [1, 2]);
  assert.deepEqual(shown(), ["The history of this party was replaced.", 1, 2]);
});

test("another history with missed messages shows both notices", () => {
  take(1, 5);
  take(31, 60, { reset: true, since: 5, missed: 30 });
  assert.deepEqual(shown(), ["The history of this party was replaced.", passed(30), ...range(31, 60)]);
});

test("the missed messages of another history are counted before its first message", () => {
  take(1, 30);
  take(3, 4, { reset: true, since: 30, missed: 2 });
  assert.deepEqual(shown(), ["The history of this party was replaced.", passed(2), 3, 4]);
});

test("our own messages of a replaced history do not lower the count of missed ones", () => {
  take(1, 3);
  history.add(message(5));
  take(11, 12, { reset: true, since: 3, missed: 10 });
  assert.deepEqual(shown(), ["The history of this party was replaced.", passed(10), 11, 12]);
});

test("our own message is shown ahead of the poll, once", () => {
  take(1, 3);
  history.add(message(4));
  history.add(message(4));
  assert.deepEqual(take(4, 5), [5]);
  assert.deepEqual(shown(), [1, 2, 3, 4, 5]);
});

test("our own message, shown ahead of the poll, is in the order of its id", () => {
  take(1, 3);
  history.add(message(6));
  assert.deepEqual(take(4, 6), [4, 5]);
  assert.deepEqual(shown(), range(1, 6));
});

test("our own messages do not count as missed when the poll comes too late for them", () => {
  take(1, 3);
  for (const id of range(4, 38)) history.add(message(id));
  take(11, 40, { since: 3 });
  assert.deepEqual(shown(), range(11, 40));
});

test("only the messages of others among our own count as missed", () => {
  take(1, 3);
  history.add(message(5));
  take(31, 60, { since: 3 });
  assert.deepEqual(shown(), [passed(26), ...range(31, 60)]);
});

test("the notice of missed messages follows our own message among them", () => {
  take(1, 3);
  history.add(message(5));
  take(7, 8, { since: 3 });
  assert.deepEqual(shown(), [1, 2, 3, 5, passed(2), 7, 8]);
});

test("our own messages in the answer or before the cursor do not lower the count of missed ones", () => {
  take(5, 6, { since: 4 });
  history.add(message(4));
  history.add(message(11));
  take(10, 12, { since: 6 });
  assert.deepEqual(shown(), [4, 5, 6, passed(3), 10, 11, 12]);
});

test("our own message replaces the oldest", () => {
  take(1, WINDOW);
  history.add(message(31));
  assert.deepEqual(shown(), range(2, 31));
});

test("our own message that was counted as missed is not shown later", () => {
  take(1, 3);
  take(6, 7, { since: 3 });
  history.add(message(5));
  assert.deepEqual(shown(), [1, 2, 3, passed(2), 6, 7]);
});

test("our own message that was not counted is shown, however old it is", () => {
  take(5, 33, { since: 4 });
  history.add(message(4));
  assert.deepEqual(shown(), range(4, 33));
});

test("a deleted message stays in its place without its text", () => {
  take(1, 3);
  history.markDeleted([2]);
  assert.deepEqual(shown(), [1, 2, 3]);
  assert.deepEqual(history.entries()[1], { ...message(2), body: "", deleted: true });
});

test("deleting an unknown message, or the same message twice, changes nothing", () => {
  take(1, 3);
  history.markDeleted([2]);
  const before = history.entries();
  history.markDeleted([2, 99]);
  assert.deepEqual(history.entries(), before);
  assert.equal(history.entries()[1], before[1]); // the same object, so nothing is drawn anew
});

test("our own message that was deleted before its answer came does not come back", () => {
  take(1, 3);
  history.markDeleted([4]);
  history.add(message(4));
  assert.deepEqual(shown(), [1, 2, 3]);
});

test("a notice follows its message, and a new one replaces the old", () => {
  take(1, 3);
  const first = { after: 3, until: 4, notice: "first" };
  history.addNotice(first);
  history.addNotice({ after: 2, until: 9, notice: "second" }, first);
  assert.deepEqual(shown(), [1, 2, "second", 3]);
  history.addNotice(first);
  take(4, 4);
  assert.deepEqual(shown(), [1, 2, "second", 3, 4]);
});
