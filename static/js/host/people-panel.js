/** The panel that opens from the names in the header: the members, and what we may do. */
import { arrange, el } from "../ui/dom.js";
import { formatDay } from "../ui/format.js";
import { dialog } from "./dialog.js";
import { LeaveSection } from "./leave-section.js";
import { LinkAndTopicForm } from "./link-and-topic-form.js";
import { MemberRow } from "./member-row.js";

/**
 * Wait for a request, then show these words or the error.
 * @typedef {(request: Promise<unknown>, ...words: (Node | string)[]) => Promise<void>} Run
 * @typedef {import("../chat/room.js").Me} Me
 */

export class PeoplePanel {
  #room;
  #api;
  /** @type {Map<number, MemberRow>} */
  #rows = new Map();
  #title = el("h2", { id: "panel-title", tabIndex: -1 });
  #topic = el("p", { className: "panel-topic", dir: "auto" }); // the header may truncate it
  #result = el("p", { className: "panel-result" });
  #list = el("ul", { className: "members" });
  #expiry = el("p", { className: "panel-expiry" });
  #dialog;
  #form;
  #leaveSection;

  /**
   * @param {import("../chat/room.js").Room} room @param {import("./chat-api.js").ChatApi} api
   * @param {import("./qr-code.js").QrCode} qrCode
   */
  constructor(room, api, qrCode) {
    this.#room = room;
    this.#api = api;
    this.#form = new LinkAndTopicForm(api, this.#run, qrCode);
    this.#leaveSection = new LeaveSection(room.chatId, api, this.#run);
    this.#result.setAttribute("role", "status");
    const sections = [this.#list, this.#form.element, this.#expiry, this.#leaveSection.element];
    this.#dialog = dialog(this.#title, "panel", this.#result, this.#topic, ...sections);
  }

  open() {
    if (!this.#rows.size) return; // the members are not known yet
    this.#result.textContent = "";
    this.#dialog.showModal();
    this.#title.focus(); // not the close button, which would be first
    this.#form.fetchLinks();
    this.#run(this.#api.expiry().then((at) => this.#showExpiry(at)));
  }

  /** @param {import("../net/api.js").State} state @param {Me} me */
  update({ members, topic }, me) {
    this.#title.textContent = `Who’s here (${members.length})`;
    this.#topic.textContent = topic;
    this.#showMembers(members, me);
    this.#form.update(topic, me.role);
    this.#leaveSection.update(members, me);
    // The focus is lost with the row of a member who was just removed.
    if (this.#dialog.open && !this.#dialog.contains(document.activeElement)) this.#title.focus();
  }

  /** @param {Record<string, string>} links by role */
  set links(links) {
    this.#form.links = links;
  }

  /** @param {Date} at */
  #showExpiry(at) {
    this.#expiry.textContent = `Deleted on ${formatDay(at)}, unless somebody writes or joins.`;
  }

  /** @param {import("../net/api.js").Member[]} members @param {Me} me */
  #showMembers(members, me) {
    const before = this.#rows;
    this.#rows = new Map();
    for (const member of members) {
      const row = before.get(member.member_id) ?? new MemberRow(this.#api, this.#run);
      row.show(member, this.#room.tag(member.member_id), me);
      this.#rows.set(member.member_id, row);
    }
    arrange(this.#list, [...this.#rows.values()].map(({ element }) => element));
  }

  /** @type {Run} */
  #run = async (request, ...words) => {
    const result = await request.then(() => words, ({ message }) => [message]);
    if (result.length) this.#result.replaceChildren(...result);
  };
}
