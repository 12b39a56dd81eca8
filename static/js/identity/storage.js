/**
 * What the browser keeps for us. Private windows and strict settings make storage throw or vanish:
 * then this page remembers in memory, and everything that needs no reload still works.
 * Whatever is read back may be foreign or broken, so callers get a plain object or nothing.
 */

class Shelf {
  #store;
  /** @type {Map<string, object>} */
  #memory = new Map();

  /** @param {() => Storage} open */
  constructor(open) {
    this.#store = attempt(open);
  }

  /** @param {string} key @returns {Record<string, unknown>} empty when nothing usable is there */
  read(key) {
    const kept = this.#memory.get(key) ?? attempt(() => JSON.parse(this.#store?.getItem(key) ?? "null"));
    return kept && typeof kept === "object" ? { ...kept } : {};
  }

  /** @param {string} key @param {object} value @returns {boolean} whether it outlives the page */
  write(key, value) {
    const kept = attempt(() => (this.#store?.setItem(key, JSON.stringify(value)), this.#store !== undefined));
    if (kept) this.#memory.delete(key);
    else this.#memory.set(key, value);
    return kept === true;
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

/** For every tab, until the browser forgets. */
export const forGood = new Shelf(() => localStorage);

/** For this tab alone, across reloads. */
export const forThisTab = new Shelf(() => sessionStorage);

/** @param {unknown} value */
export const text = (value) => (typeof value === "string" ? value : "");

/** One that fits into a header. @param {unknown} value */
export const secret = (value) => (/^[!-~]+$/.test(text(value)) ? text(value) : "");

/** @template T @param {() => T} step @returns {T | undefined} */
function attempt(step) {
  try {
    return step();
  } catch {
    return undefined;
  }
}
