/** Consecutive messages of one author are grouped under one name. */
import assert from "node:assert/strict";
import { mock, test } from "node:test";

import { messageGroups, newest } from "../../static/js/messages/message-groups.js";

const ME = { memberId: 7, username: "Alice" };
const START = Date.UTC(2026, 0, 12, 20, 0, 0);

let lastId = 0;

/** Returns a message posted so many ms after the start. */
const said = (ms, { author = 1, username = "Bob" } = {}) => ({
  ...{ id: ++lastId, member_id: author, username, body: "…" },
  created_at: new Date(START + ms).toISOString(),
});
const mine = (ms) => said(ms, { author: ME.memberId, username: ME.username });
const pending = () => ({ state: "sending", body: "…" });
const notice = { after: 1, until: 9, notice: "3 messages passed" };

/** Returns the number of messages in each group; a notice is 0. */
const sizes = (...items) => messageGroups(items, ME).map((block) => ("notice" in block ? 0 : block.items.length));

const MINUTES = 60_000;

test("one author's messages within five minutes are one group", () => {
  assert.deepEqual(sizes(said(0), said(1000), said(5 * MINUTES - 1)), [3]);
  assert.deepEqual(sizes(), []);
});

test("a new group starts five minutes after the first message of the last one", () => {
  assert.deepEqual(sizes(said(0), said(5 * MINUTES)), [1, 1]);
  assert.deepEqual(sizes(said(0), said(4 * MINUTES), said(6 * MINUTES), said(10 * MINUTES)), [2, 2]);
});

test("a new group starts with each change of author", () => {
  assert.deepEqual(sizes(said(0), said(1, { author: 2 }), said(2)), [1, 1, 1]);
});

test("a new group starts when the author changes their name", () => {
  assert.deepEqual(sizes(said(0), said(1, { username: "Bobby" })), [1, 1]);
});

test("two people with the same name get separate groups", () => {
  assert.deepEqual(sizes(said(0, { author: 1 }), said(1, { author: 2 })), [1, 1]);
});

test("a notice stands between groups", () => {
  assert.deepEqual(sizes(notice, said(0), said(1), notice, said(2)), [0, 2, 0, 1]);
  assert.equal(messageGroups([notice], ME)[0], notice);
});

test("a group has its author, its first time, and whether it is mine", () => {
  const [theirs, own] = messageGroups([said(0), said(1), mine(2)], ME);
  const { author, username, at, isMine } = theirs;
  assert.deepEqual([author, username, at, isMine], [1, "Bob", new Date(START).toISOString(), false]);
  assert.equal(own.isMine, true);
});

test("pending messages are mine, and have no time yet", () => {
  const [group] = messageGroups([pending(), pending()], ME);
  const { author, username, at, isMine, items } = group;
  assert.deepEqual([author, username, at, isMine, items.length], [7, "Alice", "", true, 2]);
});

test("a pending message joins the group of my recent messages, but no older group", () => {
  mock.timers.enable({ apis: ["Date"], now: START + 6 * MINUTES });
  assert.deepEqual(sizes(mine(2 * MINUTES), pending()), [2]);
  assert.deepEqual(sizes(mine(1 * MINUTES), pending()), [1, 1]);
  assert.deepEqual(sizes(said(5 * MINUTES), pending()), [1, 1]);
  mock.timers.reset();
});

test("the newest messages are kept, and all notices", () => {
  const [first, second, third] = [said(0), said(1), said(2)];
  assert.deepEqual(newest([first, notice, second, third], 2), [notice, second, third]);
  assert.deepEqual(newest([first, notice, second], 0), [notice]);
  assert.deepEqual(newest([first, second, third], 4), [first, second, third]);
  assert.deepEqual(newest([], 5), []);
});
