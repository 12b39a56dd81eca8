/**
 * Messages that the server has not confirmed yet. They survive reloads and restarts: each has a record of its
 * own in storage, so that the tabs of one chat never overwrite each other's messages. A tab adopts the messages
 * of a closed tab; if two tabs send the same one, its idempotency key prevents a duplicate.
 *
 * @typedef {object} PendingMessage
 * @property {string} key the idempotency key
 * @property {string} body
 * @property {number} at ms since 1970
 * @property {number} member id of the author; 0 if not known yet
 * @property {"sending" | "waiting" | "busy" | "failed" | "stale"} state waiting: for the connection; busy: the
 *   server limits our requests; stale: too old to be sent without asking the person
 * @property {string} problem why it was refused
 * @property {number} [id] of the message that it became
 */
import { pendingPrefix } from "../identity/pending-records.js";
import { local, text } from "../identity/storage.js";
import { newKey } from "../net/api.js";

const ORPHANED = 30_000; // ms old; an open tab would have sent it by then, unless it has no connection either

/** Whether it is sent without asking the person. @param {PendingMessage} pending */
export const isUnderway = ({ state }) => state !== "failed" && state !== "stale";

export class PendingMessages {
  #prefix;
  #onRemoved;
  /** @type {PendingMessage[]} in the order they were written */
  all = [];

  /** @param {string} chatId @param {() => void} onRemoved by another tab */
  constructor(chatId, onRemoved) {
    this.#prefix = pendingPrefix(chatId);
    this.#onRemoved = onRemoved;
    this.adopt(0);
    addEventListener("storage", ({ key, newValue }) => {
      if (key && !newValue) this.#removed(key);
    });
  }

  /** @param {string} body @param {number} member @param {PendingMessage["state"]} state */
  write(body, member, state) {
    const at = Math.max(Date.now(), (this.all.at(-1)?.at ?? 0) + 1); // in order even if the clock is set back
    /** @type {PendingMessage} */
    const pending = { key: newKey(), body, at, member, state, problem: "" };
    this.all.push(pending);
    this.save(pending);
  }

  /** @param {PendingMessage} pending */
  save({ key, body, at, member, problem }) {
    local.write(this.#prefix + key, { body, at, member, problem });
  }

  /** @param {PendingMessage} pending */
  drop(pending) {
    local.remove(this.#prefix + pending.key);
    this.all = this.all.filter((other) => other !== pending);
  }

  /** Send it as a new message, under a new key. @param {PendingMessage} pending @param {number} member */
  renew(pending, member) {
    local.remove(this.#prefix + pending.key);
    this.save(Object.assign(pending, { key: `again-${pending.key}`, at: Date.now(), member }));
  }

  /** Take over messages that other tabs left behind. @param {number} [age] in ms, at least */
  adopt(age = ORPHANED) {
    const known = new Set(this.all.map(({ key }) => key));
    const stored = local.keys(this.#prefix).map((record) => this.#read(record));
    const orphans = stored.filter(({ key, body, at }) => body && !known.has(key) && Math.abs(Date.now() - at) >= age);
    if (orphans.length) this.all = [...this.all, ...orphans].sort((a, b) => a.at - b.at);
  }

  /** @param {string} record @returns {PendingMessage} */
  #read(record) {
    const { body, at, member, problem } = local.read(record);
    const state = problem ? "failed" : "sending";
    const key = record.slice(this.#prefix.length);
    return { key, body: text(body), at: Number(at) || 0, member: Number(member) || 0, problem: text(problem), state };
  }

  /** @param {string} record */
  #removed(record) {
    const pending = this.all.find(({ key }) => this.#prefix + key === record);
    if (!pending) return;
    this.drop(pending);
    this.#onRemoved();
  }
}
