/**
 * All that members do besides writing: share the link, manage people, delete messages. This module is loaded,
 * with its style sheets, when somebody is about to do so.
 */
import { Refused } from "../net/answers.js";
import { Backoff } from "../net/backoff.js";
import { DEAD_INVITE } from "../identity/go-home.js";
import { authKey, keepSession } from "../identity/identity.js";
import { stashedKey } from "../identity/invitation.js";
import { joinChat } from "../net/api.js";
import { button } from "../ui/buttons.js";
import { appendLinks, byId, el, query } from "../ui/dom.js";
import { ChatApi } from "./chat-api.js";
import { DeleteMessage } from "./delete-message.js";
import { InvitePopover } from "./invite-popover.js";
import { PeoplePanel } from "./people-panel.js";
import { QrCode } from "./qr-code.js";

const VIEWER_NOTE = "You're looking on: only members with a full invite can write.";
const STILL_VIEWER = "That invite is for looking on only, too.";
const SHEETS = ["host", "panel"];

const links = SHEETS.map((name) =>
  el("link", { rel: "stylesheet", href: new URL(`../../css/${name}.css`, import.meta.url).href }),
);
await appendLinks(links).catch(() => {}); // without them the tools look odd, but work

/** @typedef {import("../chat/room.js").Room} Room */

export class HostTools {
  #room;
  #api;
  #panel;
  #popover;
  #qrCode;
  #deleteMessage;
  #note = el("p", { className: "viewer-note" }, VIEWER_NOTE);

  #upgrade = button("Use the invite you opened", () => this.#useInvite());

  /** @param {Room} room @param {EventTarget | null} touched what was pressed last in the log */
  constructor(room, touched) {
    this.#room = room;
    this.#api = new ChatApi(room.chatId, room.access);
    this.#qrCode = new QrCode(this.#api);
    this.#popover = new InvitePopover(room, this.#qrCode);
    this.#panel = new PeoplePanel(room, this.#api, this.#qrCode);
    this.#deleteMessage = new DeleteMessage(byId("log"), this.#api, touched);
  }

  /** Show what our role allows in the current state of the room. */
  update() {
    const { state, me } = this.#room;
    if (!state) return;
    this.#deleteMessage.role = me.role;
    this.#panel.update(state, me);
    this.#showViewerNote(me.role === "viewer");
  }

  openPanel() {
    this.#panel.open();
  }

  offerInvite() {
    this.#popover.offer();
  }

  /** Fetch the links anew, however long it takes: one was replaced, or our role changed. */
  async renewLinks() {
    const backoff = new Backoff();
    this.#qrCode.close();
    this.#room.setInviteLink("");
    for (let links; !links; ) {
      links = await this.#fetchLinks().catch((error) => backoff.wait(error));
      if (links) this.#setLinks(links);
    }
  }

  /** @returns {Promise<Record<string, string> | void>} empty if our role may not share links */
  #fetchLinks() {
    return this.#api.links().catch((error) => {
      if (error instanceof Refused && error.status === 403) return {};
      throw error;
    });
  }

  /** @param {Record<string, string>} links by role */
  #setLinks(links) {
    this.#room.setInviteLink(links.guest);
    this.#panel.links = links;
  }

  /** A viewer has opened an invite: it may let them write. */
  async #useInvite() {
    const { chatId } = this.#room;
    const joined = await joinChat(chatId, authKey(), { magic_key: stashedKey(chatId) }).catch(() => undefined);
    this.#upgrade.remove();
    if (!joined) return this.#room.say(DEAD_INVITE);
    keepSession(joined);
    if (!joined.magic_link) this.#room.say(STILL_VIEWER);
  }

  /** @param {boolean} isViewer */
  #showViewerNote(isViewer) {
    if (isViewer) byId("composer").before(this.#note);
    else this.#note.remove();
    if (isViewer && stashedKey(this.#room.chatId) && !this.#upgrade.isConnected) this.#note.append(" ", this.#upgrade);
    query(byId("empty-room"), ".subtitle").hidden = isViewer;
  }
}
