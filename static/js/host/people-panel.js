/** Who is here and what one may do about it: the panel behind the line of names in the bar. */
import { dialog } from "./dialog.js";
import { made } from "../ui/elements.js";
import { Farewell } from "./leave-section.js";
import { HostTools } from "./link-and-topic-form.js";
import { MemberRow } from "./member-row.js";
import { arrange } from "../chat/transcript.js";

const moment = new Intl.DateTimeFormat(undefined, {
  ...{ weekday: "short", day: "numeric", month: "short" },
  ...{ hour: "2-digit", minute: "2-digit" },
});

/** @typedef {(deed: Promise<unknown>, ...words: (Node | string)[]) => Promise<void>} Do what to do, and what to say then */

export class Panel {
  #deeds;
  #people;
  /** @type {Map<number, MemberRow>} */
  #rows = new Map();
  #title = made("h2", { id: "panel-title", tabIndex: -1 });
  #topic = made("p", { className: "panel-topic", dir: "auto" }); // the bar may have no room for all of it
  #said = made("p", { className: "panel-said" });
  #list = made("ul", { className: "members" });
  #end = made("p", { className: "panel-end" });
  #dialog;
  #hostTools;
  #farewell;

  /**
   * @param {string} chatId @param {import("./chat-api.js").Deeds} deeds
   * @param {import("../chat/header.js").People} people @param {import("./qr-code.js").QrCode} qrCode
   */
  constructor(chatId, deeds, people, qrCode) {
    this.#deeds = deeds;
    this.#people = people;
    this.#hostTools = new HostTools(deeds, this.#do, qrCode);
    this.#farewell = new Farewell(chatId, deeds, this.#do);
    this.#said.setAttribute("role", "status");
    const tools = [this.#hostTools.element, this.#end, this.#farewell.element];
    this.#dialog = dialog(this.#title, "panel", this.#said, this.#topic, this.#list, ...tools);
  }

  open() {
    if (!this.#rows.size) return; // nobody knows yet who is here
    this.#said.textContent = "";
    this.#dialog.showModal();
    this.#title.focus(); // and not the button that closes it
    this.#hostTools.askLinks();
    this.#do(this.#deeds.end().then((at) => this.#tellEnd(at)));
  }

  /** @param {import("../net/api.js").State} state @param {number} me @param {string} role our own */
  update({ members, topic }, me, role) {
    this.#title.textContent = `Who’s here (${members.length})`;
    this.#topic.textContent = topic;
    this.#showMembers(members, me, role);
    this.#hostTools.update(topic, role);
    this.#farewell.update(members, me, role);
    // Who was just removed took their buttons along.
    if (this.#dialog.open && !this.#dialog.contains(document.activeElement)) this.#title.focus();
  }

  /** @param {Record<string, string>} links by role */
  set links(links) {
    this.#hostTools.links = links;
  }

  /** @param {Date} at */
  #tellEnd(at) {
    this.#end.textContent = `Deleted on ${moment.format(at)}, unless somebody writes or joins.`;
  }

  /** @param {import("../net/api.js").Member[]} members @param {number} me @param {string} role */
  #showMembers(members, me, role) {
    const before = this.#rows;
    this.#rows = new Map();
    for (const member of members) {
      const row = before.get(member.member_id) ?? new MemberRow(this.#deeds, this.#do);
      row.show(member, this.#people.mark(member), role, member.member_id === me);
      this.#rows.set(member.member_id, row);
    }
    arrange(this.#list, [...this.#rows.values()].map(({ element }) => element));
  }

  /** @type {Do} */
  #do = async (deed, ...words) => {
    const said = await deed.then(() => words, ({ message }) => [message]);
    if (said.length) this.#said.replaceChildren(...said);
  };
}
