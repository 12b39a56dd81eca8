/**
 * Safe access to localStorage and sessionStorage. In private windows and under strict settings storage throws
 * or is missing; values are then kept in memory until the page is reloaded. Stored values may be foreign or
 * broken, so `read` returns a plain object, which is empty if there is nothing usable.
 */

class SafeStorage {
  #store;
  /** @type {Map<string, object>} */
  #memory = new Map();

  /** @param {() => Storage} open */
  constructor(open) {
    this.#store = attempt(open);
  }

  /** @param {string} key @returns {Record<string, unknown>} */
  read(key) {
    const value = this.#memory.get(key) ?? attempt(() => JSON.parse(this.#store?.getItem(key) ?? "null"));
    return value && typeof value === "object" ? { ...value } : {};
  }

  /** @param {string} key @param {object} value @returns {boolean} whether it outlives the page */
  write(key, value) {
    const isStored = attempt(() => {
      this.#store?.setItem(key, JSON.stringify(value));
      return this.#store !== undefined;
    });
    if (isStored) this.#memory.delete(key);
    else this.#memory.set(key, value);
    return isStored === true;
  }

  /** @param {string} prefix @returns {string[]} the keys that begin with it */
  keys(prefix) {
    const stored = attempt(() => Object.keys(this.#store ?? {})) ?? [];
    return [...stored, ...this.#memory.keys()].filter((key) => key.startsWith(prefix));
  }

  /** @param {string} key */
  remove(key) {
    this.#memory.delete(key);
    attempt(() => this.#store?.removeItem(key));
  }
}

/** For all tabs, until the browser deletes it. */
export const local = new SafeStorage(() => localStorage);

/** For this tab, across reloads. */
export const session = new SafeStorage(() => sessionStorage);

/** @param {unknown} value @returns {string} empty unless it is a string */
export const text = (value) => (typeof value === "string" ? value : "");

/** @param {unknown} value @returns {string} empty unless it fits into a header */
export const secret = (value) => (/^[!-~]+$/.test(text(value)) ? text(value) : "");

/** @template T @param {() => T} action @returns {T | undefined} undefined if it throws */
function attempt(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
