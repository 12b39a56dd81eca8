/** A wait is random, below a limit that grows with each failure, or lasts as long as the server asks. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";

import { Refused, Unreachable } from "../../static/js/net/answers.js";
import { isBusy } from "../../static/js/net/answers.js";
import { Backoff } from "../../static/js/net/backoff.js";

const ALMOST = 1 - Number.EPSILON;

const busy = (seconds = 0) => new Refused(429, {}, seconds);

/** @type {Backoff} */
let backoff;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout"] });
  backoff = new Backoff();
});

afterEach(() => mock.reset());

/** @param {number} value */
const dice = (value) => mock.method(Math, "random", () => value);

/** Returns how long a pause lasts, rounded up to a whole ms. @param {Promise<unknown>} pause */
async function lasts(pause, most = 100_000) {
  let over = false;
  pause.then(() => (over = true));
  for (let ms = 0; ms <= most; ms++) {
    await Promise.resolve();
    if (over) return ms;
    mock.timers.tick(1);
  }
  throw new Error(`The pause lasts longer than ${most} ms`);
}

test("the longest wait doubles with each failure, from half a second to fifteen seconds", async () => {
  dice(ALMOST);
  for (const longest of [500, 1000, 2000, 4000, 8000, 15_000, 15_000])
    assert.ok(Math.abs((await lasts(backoff.wait(new Unreachable()))) - longest) <= 1, `not ${longest}`);
});

test("the wait never exceeds fifteen seconds, however many failures there were", async () => {
  dice(ALMOST);
  for (let failures = 0; failures < 2000; failures++) backoff.wait(undefined);
  assert.ok((await lasts(backoff.wait(undefined))) <= 15_001);
});

test("the wait is random below the longest one, so that many clients do not return at once", async () => {
  dice(0.5);
  assert.equal(await lasts(backoff.wait(new Unreachable())), 250);
  dice(0);
  assert.ok((await lasts(backoff.wait(new Unreachable()))) <= 1);
});

test("a success resets the wait", async () => {
  dice(0.5);
  for (let failures = 0; failures < 4; failures++) backoff.wait(new Unreachable());
  backoff.succeeded();
  assert.equal(await lasts(backoff.wait(new Unreachable())), 250);
});

test("the page waits as long as the server asks, and up to a second more", async () => {
  dice(0);
  assert.equal(await lasts(backoff.wait(busy(7))), 7000);
  dice(0.5);
  assert.equal(await lasts(backoff.wait(busy(7))), 7500);
  assert.equal(await lasts(backoff.wait(new Refused(503, {}, 60))), 60_500);
});

test("a busy server that asks for no wait is treated like any other failure", async () => {
  dice(0.5);
  assert.equal(await lasts(backoff.wait(busy())), 250);
});

test("`wake` ends a wait at once", async () => {
  dice(ALMOST);
  const pause = backoff.wait(new Unreachable());
  backoff.wake();
  assert.equal(await lasts(pause), 0);
});

test("`wake` does not end a wait that the server asked for", async () => {
  dice(0);
  const pause = backoff.wait(busy(2));
  backoff.wake();
  assert.equal(await lasts(pause), 2000);
});

test("`wake` without a wait does nothing", () => {
  backoff.wake();
});

test("only 429 means that the server is busy", () => {
  assert.equal(isBusy(busy()), true);
  const others = [new Refused(503, {}, 1), new Refused(403, {}, 0), new Unreachable(), { status: 429 }, undefined];
  for (const other of others)
    assert.equal(isBusy(other), false, String(other));
});
