/**
 * Messages the server has not confirmed yet, kept across reloads and restarts, each in a record of its
 * own: tabs of one chat never overwrite one another. What a dead tab left, another one takes up; sent
 * twice with one key, it is still one message.
 *
 * @typedef {object} Letter
 * @property {string} key the idempotency key
 * @property {string} body
 * @property {number} at ms
 * @property {number} member who wrote it; 0: we don't know yet who we are
 * @property {"sending" | "waiting" | "busy" | "failed" | "stale"} state waiting for the connection, or for a busy
 *   server; stale: too old to go without a yes
 * @property {string} problem why it was refused
 * @property {number} [id] the message it became
 */
import { newKey } from "../net/keys.js";
import { forGood, text } from "../identity/storage.js";

const ORPHANED = 30_000; // ms; a living tab got rid of it by then, or has no connection either

/** Whether it goes out by itself. @param {Letter} letter */
export const isUnderway = ({ state }) => state !== "failed" && state !== "stale";

export class Letters {
  #records;
  #changed;
  /** @type {Letter[]} in the order they were written */
  all = [];

  /** @param {string} chatId @param {() => void} changed by another tab */
  constructor(chatId, changed) {
    this.#records = `watchparty:letter:${chatId}:`;
    this.#changed = changed;
    this.adopt(0);
    addEventListener("storage", ({ key, newValue }) => key && !newValue && this.#dropped(key));
  }

  /** @param {string} body @param {number} member @param {Letter["state"]} state */
  write(body, member, state) {
    const at = Math.max(Date.now(), (this.all.at(-1)?.at ?? 0) + 1); // in order, whatever the clock does
    this.all.push({ key: newKey(), body, at, member, state, problem: "" });
    this.keep(this.all[this.all.length - 1]);
  }

  /** @param {Letter} letter */
  keep({ key, body, at, member, problem }) {
    forGood.write(this.#records + key, { body, at, member, problem });
  }

  /** @param {Letter} letter */
  drop(letter) {
    forGood.remove(this.#records + letter.key);
    this.all = this.all.filter((other) => other !== letter);
  }

  /** @param {Letter} letter @param {number} member */
  renew(letter, member) {
    forGood.remove(this.#records + letter.key);
    this.keep(Object.assign(letter, { key: `again-${letter.key}`, at: Date.now(), member }));
  }

  /** Take up what other tabs left behind. @param {number} [age] ms */
  adopt(age = ORPHANED) {
    const here = new Set(this.all.map(({ key }) => key));
    const found = forGood.keys(this.#records).map((record) => this.#read(record));
    const left = found.filter(({ key, body, at }) => body && !here.has(key) && Math.abs(Date.now() - at) >= age);
    if (left.length) this.all = [...this.all, ...left].sort((a, b) => a.at - b.at);
  }

  /** @param {string} record @returns {Letter} */
  #read(record) {
    const { body, at, member, problem } = forGood.read(record);
    const state = problem ? "failed" : "sending";
    const key = record.slice(this.#records.length);
    return { key, body: text(body), at: Number(at) || 0, member: Number(member) || 0, problem: text(problem), state };
  }

  /** @param {string} record that another tab removed */
  #dropped(record) {
    const letter = this.all.find(({ key }) => this.#records + key === record);
    if (letter) this.#changed(this.drop(letter));
  }
}
