/** Under the Invite button: says that the link was copied, and shows it where copying isn't possible. */
import { copy } from "../ui/clipboard.js";
import { closing } from "./dialog.js";
import { button, made } from "../ui/elements.js";
import { part } from "../ui/dom.js";

const COPIED = "Invite link copied. Whoever has it can join.";
const BY_HAND = "Copying isn't possible here. Copy it from here:";
const TOO_SOON = "The link isn't here yet. Try again in a moment.";
const LINGERS = 8000; // ms until a popover nobody looks into goes away

export class Popover {
  #invite;
  #qrCode;
  #button = part("invite");
  #words = made("p");
  #popover = made("div", { className: "popover", hidden: true });
  #timer = 0;

  /** @param {import("../chat/invite-field.js").Invite} invite @param {import("./qr-code.js").QrCode} qrCode */
  constructor(invite, qrCode) {
    this.#invite = invite;
    this.#qrCode = qrCode;
    this.#build();
    if ("share" in navigator) part("share").append(button("Share…", () => this.#share()));
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#close());
    document.addEventListener("pointerdown", ({ target }) => this.#isOutside(target) && this.#close());
  }

  async offer() {
    const { link } = this.#invite;
    const copied = link !== "" && (await copy(link));
    this.#open(copied ? COPIED : link ? BY_HAND : TOO_SOON);
    if (link && !copied) part("invite-link").focus();
    if (copied) this.#timer = setTimeout(() => this.#fade(), LINGERS);
  }

  #build() {
    this.#words.setAttribute("role", "status");
    const head = made("div", { className: "popover-head" }, this.#words, closing(() => this.#close()));
    const place = made("div", { className: "share-place" });
    const tools = made("div", { className: "popover-tools" }, button("Show QR code", () => this.#draw()));
    this.#popover.append(head, place, tools);
    this.#button.after(this.#popover);
    if (part("welcome").hidden) place.append(part("share")); // from now on the two pass it to each other
  }

  /** By whatever the phone offers; who changes their mind there has done no wrong. */
  #share() {
    navigator.share({ url: this.#invite.link }).catch(() => {});
  }

  /** In our place: when it is closed, the focus is back at the button that opened us. */
  #draw() {
    this.#close();
    this.#qrCode.show("guest").catch(({ message }) => this.#open(message));
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
