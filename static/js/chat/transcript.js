/**
 * The messages on the page. Each render moves as few elements as possible: a message keeps its bubble from
 * "Sending…" on, and screen readers announce nothing twice.
 *
 * @typedef {import("../messages/history.js").Notice} Notice
 * @typedef {import("../messages/message-groups.js").MessageGroup} MessageGroup
 */
import { arrange, byId, cloneTemplate, colourClass, query } from "../ui/dom.js";
import { showTime } from "../ui/format.js";
import { firstGrapheme } from "../ui/graphemes.js";
import { Bubbles } from "./bubbles.js";
import { WINDOW } from "../messages/history.js";
import { messageGroups, newest } from "../messages/message-groups.js";
import { isUnderway } from "../messages/pending-messages.js";
import { ScrollAnchor } from "./scroll-anchor.js";

export class Transcript {
  #room;
  #log = byId("log");
  #bubbles;
  /** @type {WeakMap<Notice, HTMLElement>} */
  #notices = new WeakMap();

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    this.#bubbles = new Bubbles((pending, choice) => room.resolve(pending, choice));
    const anchor = new ScrollAnchor(this.#log, byId("newer"));
    room.on("change", (arrivals) => anchor.keep(() => this.#render(), arrivals));
    room.on("posted", () => anchor.follow());
  }

  #render() {
    const { entries, pending, me } = this.#room;
    // Each pending message on its way will soon replace the oldest one.
    const shown = newest(entries, WINDOW - pending.filter(isUnderway).length);
    /** @type {Set<Element>} */
    const taken = new Set();
    const blocks = messageGroups([...shown, ...pending], me).map((block) =>
      "notice" in block ? this.#notice(block) : this.#group(block, taken),
    );
    arrange(this.#log, blocks);
  }

  /** @param {Notice} notice */
  #notice(notice) {
    const existing = this.#notices.get(notice);
    if (existing) return existing;
    const element = cloneTemplate("notice-template");
    element.textContent = notice.notice;
    this.#notices.set(notice, element);
    return element;
  }

  /** @param {MessageGroup} group @param {Set<Element>} taken elements of other groups in this render */
  #group(group, taken) {
    const bubbles = group.items.map((item) => this.#bubbles.show(item));
    const existing = /** @type {HTMLElement | null} */ (bubbles[0].closest(".group"));
    const element = existing && !taken.has(existing) ? existing : cloneTemplate("group-template");
    taken.add(element);
    this.#showByline(element, group);
    arrange(query(element, ".bubbles"), bubbles);
    return element;
  }

  /** @param {HTMLElement} element @param {MessageGroup} group */
  #showByline(element, { author, username, at, isMine }) {
    const note = this.#room.tag(author) + (isMine ? " (you)" : "");
    const signature = `${author} ${at} ${username}${note}`;
    if (element.dataset.signature === signature) return;
    element.dataset.signature = signature;
    element.className = `group ${colourClass(author)}${isMine ? " is-mine" : ""}`;
    query(element, ".tile").textContent = firstGrapheme(username);
    query(element, ".author").textContent = username;
    query(element, ".you").textContent = note;
    showTime(query(element, "time"), at);
  }
}
