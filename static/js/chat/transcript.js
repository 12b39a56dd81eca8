/**
 * The messages on the page. Each render says what should stand there and moves as little as
 * possible: a bubble keeps its element from "Sending…" to solid, and nothing is read aloud twice.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./history.js").Line} Line
 * @typedef {import("./pending-messages.js").Letter} Letter
 * @typedef {import("./message-groups.js").Me} Me
 * @typedef {import("./message-groups.js").Run} Run
 */
import { Bubbles } from "./bubbles.js";
import { showTime } from "../ui/format.js";
import { firstGrapheme } from "../ui/graphemes.js";
import { WINDOW } from "./history.js";
import { isUnderway } from "./pending-messages.js";
import { cloned, inside } from "../ui/dom.js";
import { newest, runs } from "./message-groups.js";

export const HUES = 8; // as many as the style sheet has

export class Transcript {
  #log;
  #bubbles;
  #mark;
  /** @type {WeakMap<object, HTMLElement>} */
  #lines = new WeakMap();

  /**
   * @param {HTMLElement} log @param {import("./bubbles.js").Decide} decide
   * @param {(person: import("./header.js").Person) => string} mark tells apart who goes by the same name
   */
  constructor(log, decide, mark) {
    this.#log = log;
    this.#mark = mark;
    this.#bubbles = new Bubbles(decide);
  }

  /** A letter became a message: the same bubble from now on. @param {Letter} letter @param {Message} message */
  settle(letter, message) {
    this.#bubbles.hand(letter, message);
  }

  /** @param {(Message | Line)[]} entries @param {Letter[]} letters @param {Me} me */
  render(entries, letters, me) {
    // Each letter on its way pushes out the oldest message in a moment.
    const underway = letters.filter(isUnderway).length;
    const shown = newest(entries, WINDOW - underway);
    /** @type {Set<Element>} */
    const taken = new Set();
    const blocks = runs([...shown, ...letters], me).map((run) =>
      "line" in run ? this.#line(run) : this.#group(run, taken),
    );
    arrange(this.#log, blocks);
  }

  /** @param {Line} line */
  #line(line) {
    const standing = this.#lines.get(line);
    if (standing) return standing;
    const element = cloned("line-template");
    element.textContent = line.line;
    this.#lines.set(line, element);
    return element;
  }

  /** @param {Run} run @param {Set<Element>} taken groups that another run stands in already */
  #group(run, taken) {
    const bubbles = run.items.map((item) => this.#bubbles.show(item));
    const standing = bubbles[0].closest(".group");
    const group = standing && !taken.has(standing) ? /** @type {HTMLElement} */ (standing) : cloned("group-template");
    taken.add(group);
    this.#sign(group, run);
    arrange(inside(group, ".bubbles"), bubbles);
    return group;
  }

  /** @param {HTMLElement} group @param {Run} run */
  #sign(group, { author, username, at, mine }) {
    const note = this.#mark({ member_id: author, username }) + (mine ? " (you)" : "");
    const signature = `${author} ${at} ${username}${note}`;
    if (group.dataset.signature === signature) return;
    group.dataset.signature = signature;
    group.className = `group person-${author % HUES}${mine ? " is-mine" : ""}`;
    inside(group, ".tile").textContent = firstGrapheme(username);
    inside(group, ".author").textContent = username;
    inside(group, ".you").textContent = note;
    showTime(inside(group, "time"), at);
  }
}

/** Make these the children, touching only what is out of place. @param {Element} parent @param {Element[]} children */
export function arrange(parent, children) {
  const wanted = new Set(children);
  for (const child of [...parent.children]) if (!wanted.has(child)) child.remove();
  let next = parent.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else parent.insertBefore(child, next);
  }
}
