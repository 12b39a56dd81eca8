/** The popover under the Invite button: it says that the link was copied, or shows it for copying by hand. */
import { button } from "../ui/buttons.js";
import { copy } from "../ui/clipboard.js";
import { byId, el } from "../ui/dom.js";
import { closeButton } from "./dialog.js";

const COPIED = "Invite link copied. Whoever has it can join.";
const BY_HAND = "Copying isn't possible here. Copy it from here:";
const TOO_SOON = "The link isn't here yet. Try again in a moment.";
const OPEN_FOR = 8000; // ms until it closes, unless it has the pointer or the focus

export class InvitePopover {
  #room;
  #qrCode;
  #button = byId("invite");
  #words = el("p");
  #popover = el("div", { className: "popover", hidden: true });
  #timer = 0;

  /** @param {import("../chat/room.js").Room} room @param {import("./qr-code.js").QrCode} qrCode */
  constructor(room, qrCode) {
    this.#room = room;
    this.#qrCode = qrCode;
    this.#build();
    if ("share" in navigator) byId("share").append(button("Share…", () => this.#share()));
    document.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.#isOutside(target)) this.#close();
    });
  }

  async offer() {
    const link = this.#room.inviteLink;
    const isCopied = !!link && (await copy(link));
    if (isCopied) this.#open(COPIED);
    else this.#open(link ? BY_HAND : TOO_SOON);
    if (link && !isCopied) byId("invite-link").focus();
    if (isCopied) this.#startTimer();
  }

  #build() {
    this.#words.setAttribute("role", "status");
    const head = el("div", { className: "popover-head" }, this.#words, closeButton(() => this.#close()));
    const place = el("div", { className: "share-place" });
    const tools = el("div", { className: "popover-tools" }, button("Show QR code", () => this.#showQrCode()));
    this.#popover.append(head, place, tools);
    this.#button.after(this.#popover);
    if (byId("empty-room").hidden) place.append(byId("share")); // later, InviteField moves it
  }

  /** Open the system's share dialog. It rejects if the person cancels it, which is not an error. */
  #share() {
    navigator.share({ url: this.#room.inviteLink }).catch(() => {});
  }

  /** Replace the popover by the dialog, which returns the focus to the Invite button when it is closed. */
  #showQrCode() {
    this.#close();
    this.#qrCode.show("guest").catch(({ message }) => this.#open(message));
  }

  /** @param {string} words */
  #open(words) {
    clearTimeout(this.#timer);
    this.#popover.hidden = false;
    this.#words.textContent = "";
    // Screen readers announce text that is added to a visible status, but often not one that appears with its text.
    requestAnimationFrame(() => {
      this.#words.textContent = words;
    });
  }

  #startTimer() {
    this.#timer = setTimeout(() => this.#closeWhenUnused(), OPEN_FOR);
  }

  #closeWhenUnused() {
    if (this.#popover.matches(":hover, :focus-within")) this.#startTimer();
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
