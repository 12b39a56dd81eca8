/** The invite link in its one field: among the first words of an empty party, later in the popover. */
import { inside, part } from "../ui/dom.js";

const THIS_COMPUTER = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export class Invite {
  #share = part("share");
  #welcome = part("welcome");
  #field = /** @type {HTMLInputElement} */ (part("invite-link"));

  constructor() {
    part("local-only").hidden = !THIS_COMPUTER.test(location.hostname);
    inside(part("local-only"), "code").textContent = `0.0.0.0:${location.port || 80}`;
    this.#field.addEventListener("focus", () => this.#field.select());
  }

  get link() {
    return this.#field.value;
  }

  /** @param {string | undefined} link empty: not yet known; undefined: not for everybody to hand on */
  set link(link) {
    this.#field.value = link ?? "";
    part("invite").hidden = link === undefined;
    this.#share.hidden = !link;
  }

  /** @param {boolean} empty whether nobody has said anything yet */
  set partyIsEmpty(empty) {
    if (this.#welcome.hidden !== empty) return;
    this.#welcome.hidden = !empty;
    inside(empty ? this.#welcome : part("room"), ".share-place").append(this.#share);
  }
}
