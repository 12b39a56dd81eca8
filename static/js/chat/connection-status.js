/** Shows in the bar whether the server can be reached. */
import { byId, query } from "../ui/dom.js";
import { formatRecent } from "../ui/format.js";

/** @type {Record<import("./room.js").Connection, (since: Date) => string>} */
const TEXTS = {
  connecting: () => "Connecting…",
  connected: () => "Connected",
  waiting: () => "Waiting for the connection…",
  lost: (since) => `Can't reach the party. Offline since ${formatRecent(since)}, trying again…`,
};

export class ConnectionStatus {
  #status = byId("connection");
  #lastContact = new Date();

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    room.on("connection", (connection) => this.#show(connection));
  }

  /** @param {import("./room.js").Connection} connection */
  #show(connection) {
    if (connection === "connected") this.#lastContact = new Date();
    if (this.#status.dataset.state === connection) return; // screen readers would announce it again
    this.#status.dataset.state = connection;
    query(this.#status, ".connection-words").textContent = TEXTS[connection](this.#lastContact);
  }
}
