// @ts-check
/**
 * The invite link: a button that copies it, and one field that shows it: among the first words of
 * an empty party, later in the popover under the button.
 */
import { copy } from "./clipboard.js";
import { inside, part } from "./page.js";

const COPIED = "Invite link copied. Whoever has it can join.";
const BY_HAND = "Copying isn't possible here. Copy it from here:";
const TOO_SOON = "The link isn't here yet. Try again in a moment.";
const LINGERS = 8000; // ms until a popover nobody looks into goes away

const THIS_COMPUTER = /^(localhost|127(\.\d+){3}|\[::1\])$/;

export class Invite {
  #button = part("invite");
  #popover = part("popover");
  #words = part("popover-words");
  #share = part("share");
  #welcome = part("welcome");
  #field = /** @type {HTMLInputElement} */ (part("invite-link"));
  #timer = 0;

  constructor() {
    part("local-only").hidden = !THIS_COMPUTER.test(location.hostname);
    this.#button.addEventListener("click", () => this.#offer());
    this.#field.addEventListener("focus", () => this.#field.select());
    inside(this.#popover, ".close").addEventListener("click", () => this.#close());
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#close());
    document.addEventListener("pointerdown", ({ target }) => this.#isOutside(target) && this.#close());
  }

  /** @param {string | undefined} link not everybody may invite */
  set link(link) {
    this.#field.value = link ?? "";
    this.#button.hidden = !link;
    this.#share.hidden = !link;
  }

  /** @param {boolean} empty whether nobody has said anything yet */
  set partyIsEmpty(empty) {
    if (this.#welcome.hidden !== empty) return;
    this.#welcome.hidden = !empty;
    const place = empty ? inside(this.#welcome, ".share-place") : inside(this.#popover, ".share-place");
    place.append(this.#share);
  }

  async #offer() {
    const link = this.#field.value;
    const copied = link !== "" && (await copy(link));
    this.#open(copied ? COPIED : link ? BY_HAND : TOO_SOON);
    if (link && !copied) this.#field.focus();
    if (copied) this.#timer = setTimeout(() => this.#fade(), LINGERS);
  }

  /** @param {string} words */
  #open(words) {
    clearTimeout(this.#timer);
    this.#popover.hidden = false;
    this.#words.textContent = "";
    // A status that is filled after it appeared is read aloud; one that appears filled often isn't.
    requestAnimationFrame(() => (this.#words.textContent = words));
  }

  #fade() {
    if (this.#popover.matches(":hover, :focus-within")) this.#timer = setTimeout(() => this.#fade(), LINGERS);
    else this.#close();
  }

  #close() {
    clearTimeout(this.#timer);
    if (this.#popover.contains(document.activeElement)) this.#button.focus();
    this.#popover.hidden = true;
  }

  /** @param {EventTarget | null} target */
  #isOutside(target) {
    return target instanceof Node && !this.#popover.contains(target) && !this.#button.contains(target);
  }
}
