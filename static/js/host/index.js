/**
 * What one can do beside talking: hand on the link, see to the people, take messages back. Loaded
 * with its style sheet when somebody first reaches for any of it.
 */
import { Refused } from "../net/api.js";
import { Backoff } from "../net/backoff.js";
import { Deeds } from "./chat-api.js";
import { made } from "../ui/elements.js";
import { inside, part } from "../ui/dom.js";
import { Panel } from "./people-panel.js";
import { Popover } from "./invite-popover.js";
import { QrCode } from "./qr-code.js";
import { TakeBack } from "./delete-message.js";

const LOOKING_ON = "You're looking on: only members with a full invite can write.";

const sheet = made("link", { rel: "stylesheet", href: new URL("../../css/backstage.css", import.meta.url).href });
await new Promise((resume) => {
  sheet.onload = sheet.onerror = resume; // without it things look odd and work
  document.head.append(sheet);
});

export class Backstage {
  #deeds;
  #invite;
  #panel;
  #popover;
  #qrCode;
  #takeBack;
  #note = made("p", { className: "looking-on" }, LOOKING_ON);

  /**
   * @param {string} chatId @param {{ token: string }} access
   * @param {import("../chat/header.js").People} people @param {import("../chat/invite-field.js").Invite} invite
   */
  constructor(chatId, access, people, invite) {
    this.#deeds = new Deeds(chatId, access);
    this.#invite = invite;
    this.#qrCode = new QrCode(this.#deeds);
    this.#popover = new Popover(invite, this.#qrCode);
    this.#panel = new Panel(chatId, this.#deeds, people, this.#qrCode);
    this.#takeBack = new TakeBack(part("log"), this.#deeds);
  }

  /** @param {import("../net/api.js").State} state @param {{ memberId: number, role: string }} me */
  update(state, { memberId, role }) {
    this.#takeBack.role = role;
    this.#panel.update(state, memberId, role);
    this.#lookOn(role === "viewer");
  }

  openPanel() {
    this.#panel.open();
  }

  offerInvite() {
    this.#popover.offer();
  }

  /** A link was replaced, or our role was: ask until we know. */
  async renewLinks() {
    const backoff = new Backoff();
    this.#qrCode.close();
    this.#invite.link = "";
    for (let links; !links; ) {
      links = await this.#links().catch((error) => backoff.endure(error));
      if (links) this.#show(links);
    }
  }

  /** @returns {Promise<Record<string, string>>} none for who may hand on none */
  #links() {
    return this.#deeds.links().catch((error) => {
      if (error instanceof Refused && error.status === 403) return {};
      throw error;
    });
  }

  /** @param {Record<string, string>} links */
  #show(links) {
    this.#invite.link = links.guest;
    this.#panel.links = links;
  }

  /** @param {boolean} only */
  #lookOn(only) {
    if (only) part("composer").before(this.#note);
    else this.#note.remove();
    inside(part("welcome"), ".lead").hidden = only;
  }
}
