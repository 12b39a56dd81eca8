/** How far this tab has read, across reloads: so that it is told what passed, as a page that stayed open is. */
import { session } from "../identity/storage.js";

export class LastSeen {
  #record;
  #written = "";

  /** @param {string} chatId */
  constructor(chatId) {
    this.#record = `watchparty:seen:${chatId}`;
  }

  /** @returns {{ since?: number, epoch?: string }} empty for a tab that has read nothing yet */
  read() {
    const { since, epoch } = session.read(this.#record);
    return typeof since === "number" && typeof epoch === "string" ? { since, epoch } : {};
  }

  /** @param {import("../net/api.js").Answer} answer */
  write({ last_id, epoch }) {
    const cursor = `${last_id} ${epoch}`;
    if (cursor === this.#written) return;
    this.#written = cursor;
    session.write(this.#record, { since: last_id, epoch });
  }
}
