/** The bar at the top: what we are watching, and who is here, as "Zoë, محمد, 花子 and 2 more". */
import { byId, nameElement, query } from "../ui/dom.js";

const TITLE = "Watch Party";
const SHOWN = 3; // names

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
    const hidden = everyone.length - SHOWN;
    const shown = hidden > 0 ? [...everyone.slice(0, SHOWN), [`${hidden} more`]] : everyone;
    return shown.flatMap((name, index) => [separator(index, shown.length), ...name]);
  }
}

/** Show the room, instead of the invitation if there was one. */
function show() {
  document.title = TITLE;
  byId("invitation").hidden = true;
  byId("empty-room").prepend(query(byId("invitation"), ".art")); // one picture for both
  byId("room").hidden = false;
}

/** @param {number} index @param {number} count */
function separator(index, count) {
  if (index === 0) return "";
  return index === count - 1 ? " and " : ", ";
}
