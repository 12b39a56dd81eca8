/** The bar at the top, with the topic and the members, as "Zoë, محمد, 花子 and 2 more". */
import { byId, nameElement, query } from "../ui/dom.js";

const TITLE = "Watch Party";
const NAMES_MAX = 3; // the others are only counted

export class Header {
  #room;
  #people = byId("people");

  /** @param {import("./room.js").Room} room */
  constructor(room) {
    this.#room = room;
    room.on("open", show);
    room.on("state", (state) => this.#update(state));
  }

  /** @param {import("../net/api.js").State} state */
  #update({ topic, members }) {
    byId("topic").textContent = topic || TITLE;
    const others = members.filter(({ member_id }) => member_id !== this.#room.me.memberId);
    this.#people.replaceChildren(...(others.length ? this.#summary(others) : ["Just you so far"]));
    this.#people.setAttribute("aria-label", `People: ${this.#people.textContent}`);
  }

  /** @param {import("../net/api.js").Member[]} others @returns {(Node | string)[]} */
  #summary(others) {
    const names = others.map(({ member_id, username }) => [nameElement(username), this.#room.tag(member_id)]);
    const everyone = [...names, ["you"]];
    const hidden = everyone.length - NAMES_MAX;
    const shown = hidden > 0 ? [...everyone.slice(0, NAMES_MAX), [`${hidden} more`]] : everyone;
    return shown.flatMap((name, index) => [separator(index, shown.length), ...name]);
  }
}

/** Show the room, and hide the invitation. */
function show() {
  document.title = TITLE;
  byId("invitation").hidden = true;
  byId("empty-room").prepend(query(byId("invitation"), ".art")); // both show the same picture
  byId("room").hidden = false;
}

/** @param {number} index @param {number} count */
function separator(index, count) {
  if (index === 0) return "";
  return index === count - 1 ? " and " : ", ";
}
