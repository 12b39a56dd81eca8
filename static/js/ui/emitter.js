/**
 * An EventTarget with typed events. An error in one listener does not stop the others.
 *
 * @template {Record<string, any>} Events the detail of each event, by its name
 */
export class Emitter {
  #target = new EventTarget();

  /** @template {keyof Events & string} Name @param {Name} name @param {(detail: Events[Name]) => void} listener */
  on(name, listener) {
    this.#target.addEventListener(name, (event) => {
      const { detail } = /** @type {CustomEvent} */ (event);
      listener(detail ?? undefined); // CustomEvent turns undefined into null
    });
  }

  /** @template {keyof Events & string} Name @param {Name} name @param {Events[Name]} detail */
  emit(name, detail) {
    this.#target.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
