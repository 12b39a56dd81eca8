/** One member in the panel: name, role, and what we may do about them. */
import { asking, button, made } from "../ui/elements.js";
import { firstGrapheme } from "../ui/graphemes.js";
import { HUES } from "../chat/transcript.js";

/** @type {Record<string, string>} */
const POSTS = { host: "Host", cohost: "Co-host", guest: "Guest", viewer: "Viewer" };

/** @type {Record<string, string[]>} by our own role, whom we may remove */
const MAY_REMOVE = { host: ["cohost", "guest", "viewer"], cohost: ["guest", "viewer"] };

/** @typedef {import("../net/api.js").Member} Member */

export class MemberRow {
  element = made("li");
  #deeds;
  #do;
  #signature = "";

  /** @param {import("./chat-api.js").Deeds} deeds @param {import("./people-panel.js").Do} act */
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
    this.element.replaceChildren(tile(member), who(member, mark, isMe), ...(isMe ? [] : this.#tools(member, mark, role)));
    if (held) this.element.querySelector("button")?.focus();
  }

  /** @param {Member} member @param {string} mark @param {string} role our own */
  #tools(member, mark, role) {
    if (!MAY_REMOVE[role]?.includes(member.role)) return [];
    const posts = role === "host" ? [this.#post(member, mark)] : [];
    return [made("div", { className: "member-tools" }, ...posts, this.#removal(member, mark))];
  }

  /** @param {Member} member @param {string} mark */
  #post({ member_id, username, role }, mark) {
    const other = role === "guest" ? "cohost" : "guest";
    const post = POSTS[other].toLowerCase();
    const done = [name(username), `${mark} is a ${post} now.`];
    const appoint = button(`Make ${post}`, () => this.#do(this.#deeds.appoint(member_id, other), ...done));
    appoint.setAttribute("aria-label", `Make ${post}: ${username}${mark}`);
    return appoint;
  }

  /** @param {Member} member @param {string} mark */
  #removal({ member_id, username }, mark) {
    const question = ["Remove ", name(username), `${mark}? Both links are replaced, too.`];
    const done = [name(username), `${mark} is out, and the links are new.`];
    const remove = asking("Remove", question, "Remove", () => this.#do(this.#deeds.remove(member_id), ...done));
    remove.firstElementChild?.setAttribute("aria-label", `Remove ${username}${mark}`);
    return remove;
  }
}

/** In whatever direction it runs, the sentence around it stays. @param {string} username */
const name = (username) => made("bdi", {}, username);

/** @param {Member} member */
function tile({ username }) {
  const element = made("span", { className: "tile" }, firstGrapheme(username));
  element.setAttribute("aria-hidden", "true");
  return element;
}

/** @param {Member} member @param {string} mark @param {boolean} isMe */
function who({ username, role }, mark, isMe) {
  const line = made("p", { className: "member-name" }, name(username), mark, isMe ? " (you)" : "");
  return made("div", { className: "member-who" }, line, made("p", { className: "member-role" }, POSTS[role] ?? role));
}
