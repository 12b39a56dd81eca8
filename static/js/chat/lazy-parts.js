/** Parts of the room whose modules are loaded when they are needed. */
import { byId } from "../ui/dom.js";

/** @typedef {import("./room.js").Room} Room */

const UPDATED = "Watch Party was updated. Reload this page to use everything.";

/** Loaded after the first answer. */
export class LazyExpiryNotice {
  /** @param {Room} room */
  constructor(room) {
    room.on("entered", (answer) => {
      import("./expiry-notice.js").then(
        ({ ExpiryNotice }) => new ExpiryNotice(room).check(answer),
        () => {}, // the panel shows the time as well
      );
    });
  }
}

/**
 * Loaded on the first pointer move or focus in the room, or when our role or a link changes. Most guests never
 * need these tools.
 */
export class LazyHostTools {
  #room;
  /** @type {import("../host/index.js").HostTools | undefined} */
  #tools;
  #role = "";
  #links = 0; // the number of replaced links
  /** @type {EventTarget | null} */
  #touched = null; // what was pressed last before the tools were loaded

  /** @param {Room} room */
  constructor(room) {
    this.#room = room;
    byId("people").addEventListener("click", () => this.#use((tools) => tools.openPanel()));
    byId("invite").addEventListener("click", () => this.#use((tools) => tools.offerInvite()));
    byId("log").addEventListener("pointerdown", ({ target }) => (this.#touched = target));
    room.on("entered", () => {
      // Not "pointerover", which also fires when the page moves under a resting pointer.
      for (const sign of ["pointermove", "pointerdown", "focusin"])
        byId("room").addEventListener(sign, () => this.#use(), { once: true });
    });
    room.on("state", (state) => this.#update(state));
  }

  /** @param {import("../net/api.js").State} state */
  #update({ links }) {
    const { role } = this.#room.me;
    const hasChanged = this.#role && (this.#role !== role || this.#links !== links);
    this.#role = role;
    this.#links = links;
    if (hasChanged) this.#use((tools) => tools.renewLinks());
    else if (this.#tools || role === "viewer") this.#use();
  }

  /**
   * A module does not load: it needs a newer version of those that are here, or the server can't be reached.
   * @param {unknown} error
   */
  #failed(error) {
    if (error instanceof SyntaxError) this.#room.say(UPDATED);
    else this.#room.check();
  }

  /** @param {(tools: import("../host/index.js").HostTools) => void} [act] */
  async #use(act) {
    const loaded = await import("../host/index.js").catch((error) => this.#failed(error));
    if (!loaded) return;
    this.#tools ??= new loaded.HostTools(this.#room, this.#touched);
    this.#tools.update();
    act?.(this.#tools);
  }
}
