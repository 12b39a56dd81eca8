/** One poll serves many readers: it asks from the oldest cursor, and each reader gets what that reader lacks. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { emptyAnswer, isCovered, mergeCursors, sliceFor } from "../../static/js/net/cursors.js";

const EVERYTHING = Number.MAX_SAFE_INTEGER;

const reader = (changes = {}) => ({ chatId: "1", token: "t", since: 5, epoch: "e", rev: 2, ...changes });
const message = (id) => ({ id, member_id: 1, username: "Bob", body: `Line ${id}`, created_at: "" });
const messages = (first, last) => Array.from({ length: last - first + 1 }, (_, index) => message(first + index));
const answer = (changes = {}) => ({
  ...{ epoch: "e", messages: messages(6, 8), last_id: 8, missed: 0, reset: false, rev: 2, state: { topic: "" } },
  ...changes,
});
const ids = (got) => got.messages.map(({ id }) => id);

test("a poll for one reader asks from its cursor", () => {
  assert.deepEqual(mergeCursors([reader()]), { 1: { token: "t", since: 5, epoch: "e", rev: 2 } });
  assert.deepEqual(mergeCursors([]), {});
});

test("a poll for several readers of one chat asks from the oldest cursor and the oldest state", () => {
  const merged = mergeCursors([reader({ since: 5, rev: 3 }), reader({ since: 9, rev: 1 }), reader({ since: 7 })]);
  assert.deepEqual(merged, { 1: { token: "t", since: 5, epoch: "e", rev: 1 } });
});

test("a poll for readers of different histories asks for everything", () => {
  const merged = mergeCursors([reader(), reader({ epoch: "other" }), reader({ since: 1 })]);
  assert.deepEqual(merged[1], { token: "t", since: EVERYTHING, epoch: "e", rev: EVERYTHING });
});

test("each chat has a cursor of its own", () => {
  const merged = mergeCursors([reader(), reader({ chatId: "2", token: "u", since: 1, epoch: "f", rev: 0 })]);
  assert.deepEqual(merged, {
    1: { token: "t", since: 5, epoch: "e", rev: 2 },
    2: { token: "u", since: 1, epoch: "f", rev: 0 },
  });
});

test("a request holds 64 chats, and any number of their readers", () => {
  const chats = Array.from({ length: 65 }, (_, chat) => reader({ chatId: String(chat) }));
  const merged = mergeCursors([...chats, reader({ chatId: "0", since: 1 })]);
  assert.equal(Object.keys(merged).length, 64);
  assert.equal(merged[64], undefined);
  assert.equal(merged[0].since, 1);
});

test("a poll covers a reader at its cursor or ahead of it", () => {
  const sent = mergeCursors([reader()]);
  assert.equal(isCovered(sent, reader()), true);
  assert.equal(isCovered(sent, reader({ since: 6, rev: 3 })), true);
});

test("a poll does not cover a reader behind its cursor, of another history, or with another token", () => {
  const sent = mergeCursors([reader()]);
  for (const changes of [{ since: 4 }, { rev: 1 }, { epoch: "other" }, { token: "other" }, { chatId: "2" }])
    assert.equal(isCovered(sent, reader(changes)), false, JSON.stringify(changes));
});

test("a reader at the poll's cursor gets the whole answer", () => {
  const got = sliceFor(answer(), 5, reader());
  assert.deepEqual(ids(got), [6, 7, 8]);
  assert.equal(got.missed, 0);
});

test("a reader ahead of the poll gets only the newer messages", () => {
  assert.deepEqual(ids(sliceFor(answer(), 5, reader({ since: 7 }))), [8]);
  assert.deepEqual(ids(sliceFor(answer(), 5, reader({ since: 8 }))), []);
});

test("a reader behind the poll's cursor gets nothing from the answer", () => {
  assert.equal(sliceFor(answer(), 5, reader({ since: 4 })), undefined);
});

test("a reader of another history, or with a cursor ahead of the answer, gets nothing from it", () => {
  assert.equal(sliceFor(answer(), 5, reader({ epoch: "other" })), undefined);
  assert.equal(sliceFor(answer(), 5, reader({ since: 9 })), undefined);
});

test("each reader counts its own missed messages", () => {
  const long = answer({ messages: messages(31, 60), last_id: 60, missed: 25 });
  assert.equal(sliceFor(long, 5, reader()).missed, 25);
  assert.equal(sliceFor(long, 5, reader({ since: 20 })).missed, 10);
  assert.equal(sliceFor(long, 5, reader({ since: 30 })).missed, 0);
  assert.equal(sliceFor(long, 5, reader({ since: 50 })).missed, 0);
  assert.equal(ids(sliceFor(long, 5, reader({ since: 20 }))).length, 30);
});

test("an answer from the start resets only readers of another history", () => {
  const all = answer({ messages: messages(1, 8), reset: true });
  const known = sliceFor(all, EVERYTHING, reader());
  assert.deepEqual([ids(known), known.reset, known.missed], [[6, 7, 8], false, 0]);
  assert.equal(sliceFor(all, EVERYTHING, reader({ epoch: "other" })), all);
  assert.equal(sliceFor(all, EVERYTHING, reader({ since: 9 })), all);
});

test("a reader with another state gets the new one", () => {
  assert.equal(sliceFor(answer(), 5, reader({ rev: 2 })).state, undefined);
  assert.deepEqual(sliceFor(answer(), 5, reader({ rev: 1 })).state, { topic: "" });
});

test("slicing does not change the shared answer", () => {
  const shared = answer();
  sliceFor(shared, 5, reader({ since: 7 }));
  assert.deepEqual(shared, answer());
});

test("a poll without news gives an answer without messages", () => {
  const nothing = { epoch: "e", messages: [], last_id: 5, missed: 0, reset: false };
  assert.deepEqual(emptyAnswer(reader()), nothing);
});
