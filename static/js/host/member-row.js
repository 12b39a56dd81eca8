/** One member in the panel, with the tools that our role allows. */
import { button, confirmButton } from "../ui/buttons.js";
import { colourClass, el, nameElement } from "../ui/dom.js";
import { firstGrapheme } from "../ui/graphemes.js";

/** @type {Record<string, string>} */
const ROLES = { host: "Host", cohost: "Co-host", guest: "Guest", viewer: "Viewer" };

/** @type {Record<string, string[]>} the roles that each role may remove */
const MAY_REMOVE = { host: ["cohost", "guest", "viewer"], cohost: ["guest", "viewer"] };

/**
 * @typedef {import("../net/api.js").Member} Member
 * @typedef {import("../chat/room.js").Me} Me
 */

export class MemberRow {
  element = el("li");
  #api;
  #run;
  #signature = "";

  /** @param {import("./chat-api.js").ChatApi} api @param {import("./people-panel.js").Run} run */
  constructor(api, run) {
    this.#api = api;
    this.#run = run;
  }

  /**
   * Rebuild the row only if something changed, so that an open question stays open.
   * @param {Member} member @param {string} tag distinguishes similar names @param {Me} me
   */
  show(member, tag, me) {
    const signature = [member.role, tag, me.role].join();
    if (this.#signature === signature) return;
    this.#signature = signature;
    const isMe = member.member_id === me.memberId;
    const hadFocus = this.element.contains(document.activeElement);
    this.element.className = `member ${colourClass(member.member_id)}`;
    const tools = isMe ? [] : this.#tools(member, tag, me.role);
    this.element.replaceChildren(tile(member), description(member, tag, isMe), ...tools);
    if (hadFocus) this.element.querySelector("button")?.focus();
  }

  /** @param {Member} member @param {string} tag @param {string} role our own */
  #tools(member, tag, role) {
    if (!MAY_REMOVE[role]?.includes(member.role)) return [];
    const buttons = role === "host" ? [this.#roleButton(member, tag)] : [];
    return [el("div", { className: "member-tools" }, ...buttons, this.#removeButton(member, tag))];
  }

  /** @param {Member} member @param {string} tag */
  #roleButton({ member_id, username, role }, tag) {
    const other = role === "guest" ? "cohost" : "guest";
    const title = ROLES[other].toLowerCase();
    const done = [nameElement(username), `${tag} is a ${title} now.`];
    const make = button(`Make ${title}`, () => this.#run(this.#api.setRole(member_id, other), ...done));
    make.setAttribute("aria-label", `Make ${title}: ${username}${tag}`);
    return make;
  }

  /** @param {Member} member @param {string} tag */
  #removeButton({ member_id, username }, tag) {
    const question = ["Remove ", nameElement(username), `${tag}? Both links are replaced, too.`];
    const done = [nameElement(username), `${tag} is out, and the links are new.`];
    const act = () => this.#run(this.#api.removeMember(member_id), ...done);
    const remove = confirmButton("Remove", question, "Remove", act);
    remove.firstElementChild?.setAttribute("aria-label", `Remove ${username}${tag}`);
    return remove;
  }
}

/** @param {Member} member */
function tile({ username }) {
  const element = el("span", { className: "tile" }, firstGrapheme(username));
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** @param {Member} member @param {string} tag @param {boolean} isMe */
function description({ username, role }, tag, isMe) {
  const name = el("p", { className: "member-name" }, nameElement(username), tag, isMe ? " (you)" : "");
  return el("div", { className: "member-who" }, name, el("p", { className: "member-role" }, ROLES[role] ?? role));
}
