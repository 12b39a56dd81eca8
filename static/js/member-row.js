/** One member in the panel: name, role, and what we may do about them. */
import { asking, button, made } from "./elements.js";
import { firstGrapheme } from "./graphemes.js";
import { HUES } from "./transcript.js";

/** @type {Record<string, string>} */
const POSTS = { host: "Host", cohost: "Co-host", guest: "Guest", viewer: "Viewer" };

/** @type {Record<string, string[]>} by our own role, whom we may remove */
const MAY_REMOVE = { host: ["cohost", "guest", "viewer"], cohost: ["guest", "viewer"] };

/** @typedef {import("./api.js").Member} Member */

export class MemberRow {
  element = made("li");
  #deeds;
  #do;
  #signature = "";

  /** @param {import("./deeds.js").Deeds} deeds @param {import("./panel.js").Do} act */
  constructor(deeds, act) {
    this.#deeds = deeds;
    this.#do = act;
  }

  /**
   * Anew only when something changed, so that an open question stays open.
   * @param {Member} member @param {string} mark @param {string} role our own @param {boolean} isMe
   */
  show(member, mark, role, isMe) {
    const signature = [member.role, mark, role].join();
    if (this.#signature === signature) return;
    this.#signature = signature;
    const held = this.element.contains(document.activeElement);
    this.element.className = `member person-${member.member_id % HUES}`;
    this.element.replaceChildren(tile(member), who(member, mark, isMe), ...(isMe ? [] : this.#tools(member, role)));
    if (held) this.element.querySelector("button")?.focus();
  }

  /** @param {Member} member @param {string} role our own */
  #tools(member, role) {
    if (!MAY_REMOVE[role]?.includes(member.role)) return [];
    const posts = role === "host" ? this.#posts(member) : [];
    return [made("div", { className: "member-tools" }, ...posts, this.#removal(member))];
  }

  /** @param {Member} member */
  #posts({ member_id, username, role }) {
    const other = role === "guest" ? "cohost" : "guest";
    const words = `Make ${POSTS[other].toLowerCase()}`;
    const done = `${username} is a ${POSTS[other].toLowerCase()} now.`;
    const appoint = button(words, () => this.#do(this.#deeds.appoint(member_id, other), done));
    appoint.setAttribute("aria-label", `${words}: ${username}`);
    return [appoint];
  }

  /** @param {Member} member */
  #removal({ member_id, username }) {
    const question = `Remove ${username}? The invite link is replaced, too.`;
    const done = `${username} is out, and the links are new.`;
    const remove = asking("Remove", question, "Remove", () => this.#do(this.#deeds.remove(member_id), done));
    remove.firstElementChild?.setAttribute("aria-label", `Remove ${username}`);
    return remove;
  }
}

/** @param {Member} member */
function tile({ username }) {
  const element = made("span", { className: "tile" }, firstGrapheme(username));
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** @param {Member} member @param {string} mark @param {boolean} isMe */
function who({ username, role }, mark, isMe) {
  const name = made("p", { className: "member-name" }, made("bdi", {}, username), mark, isMe ? " (you)" : "");
  return made("div", { className: "member-who" }, name, made("p", { className: "member-role" }, POSTS[role] ?? role));
}
