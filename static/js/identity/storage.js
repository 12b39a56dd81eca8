/**
 * Safe access to localStorage and sessionStorage. In private windows, under strict settings and in web views
 * storage throws, is null or is full. Values are then kept in the history entry of this tab: they outlive a
 * reload, and are gone with the tab. Stored values may be foreign or broken, so `read` returns a plain object,
 * which is empty if there is nothing usable.
 */

class SafeStorage {
  #store;
  #name;
  /** @type {Map<string, object>} */
  #memory;

  /** @param {string} name of the values in the history entry @param {() => Storage} open */
  constructor(name, open) {
    this.#store = attempt(open) ?? undefined;
    this.#name = name;
    this.#memory = new Map(Object.entries(history.state?.[name] ?? {}));
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
    if (this.#memory.size) this.#keepInTab();
    return isStored === true;
  }

  #keepInTab() {
    attempt(() => history.replaceState({ ...history.state, [this.#name]: Object.fromEntries(this.#memory) }, ""));
  }

  /** Replace this page by another one of ours, which gets what only this tab keeps. @param {string} path */
  carry(path) {
    if (!history.state) return location.replace(path);
    history.replaceState(history.state, "", path);
    location.reload();
  }

  /** Whether a value outlives this tab. @param {string} key */
  isKept(key) {
    return !this.#memory.has(key);
  }

  /** @param {string} prefix @returns {string[]} the keys that begin with it */
  keys(prefix) {
    const stored = attempt(() => Object.keys(this.#store ?? {})) ?? [];
    return [...stored, ...this.#memory.keys()].filter((key) => key.startsWith(prefix));
  }

  /** @param {string} key */
  remove(key) {
    if (this.#memory.delete(key)) this.#keepInTab();
    attempt(() => this.#store?.removeItem(key));
  }
}

/** For all tabs, until the browser deletes it. */
export const local = new SafeStorage("kept", () => localStorage);

/** For this tab, across reloads. */
export const session = new SafeStorage("tab", () => sessionStorage);

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
