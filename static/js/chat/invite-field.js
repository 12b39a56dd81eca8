/** The field with the invite link: in the middle of an empty room, later in the popover. */
import { byId, query } from "../ui/dom.js";

const THIS_COMPUTER = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export class InviteField {
  #room;
  #share = byId("share");
  #emptyRoom = byId("empty-room");
  #field = /** @type {HTMLInputElement} */ (byId("invite-link"));

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    byId("local-only").hidden = !THIS_COMPUTER.test(location.hostname);
    query(byId("local-only"), "code").textContent = `0.0.0.0:${location.port || 80}`;
    this.#field.addEventListener("focus", () => this.#field.select());
    room.on("invite", (link) => this.#setLink(link));
    room.on("change", () => this.#place());
  }

  /** @param {string | undefined} link */
  #setLink(link) {
    this.#field.value = link ?? "";
    byId("invite").hidden = link === undefined;
    this.#share.hidden = !link;
  }

  /** While there are no messages, show the empty room with the field in it; then move the field to the popover. */
  #place() {
    const { me, entries, pending } = this.#room;
    const isEmpty = me.memberId !== 0 && !pending.length && entries.every((entry) => "notice" in entry);
    if (this.#emptyRoom.hidden !== isEmpty) return;
    this.#emptyRoom.hidden = !isEmpty;
    query(isEmpty ? this.#emptyRoom : byId("room"), ".share-place").append(this.#share);
  }
}
