/** Who is here, in one line: "Zoë, محمد, 花子 and 2 more"; and marks for names that look alike. */

const SHOWN = 3;

/** @typedef {{ member_id: number, username: string }} Person a member, or the author of a message */

export class People {
  #line;
  /** @type {Set<number>} whose name looks like somebody else's, or did */
  #alike = new Set();

  /** @param {HTMLElement} line */
  constructor(line) {
    this.#line = line;
  }

  /** @param {Person} person @returns {string} " #3" when they could be taken for somebody else */
  mark({ member_id }) {
    return this.#alike.has(member_id) ? ` #${member_id}` : "";
  }

  /** @param {import("../net/api.js").State} state @param {number} me */
  show({ members, alike }, me) {
    for (const id of alike) this.#alike.add(id);
    const others = members.filter(({ member_id }) => member_id !== me);
    const everyone = [...others.map((person) => [bdi(person.username), this.mark(person)]), "you"];
    const more = everyone.length - SHOWN;
    const shown = more > 0 ? [...everyone.slice(0, SHOWN), `${more} more`] : everyone;
    const words = shown.flatMap((name, at) => [joint(at, shown.length), name]).flat();
    this.#line.replaceChildren(...(others.length ? words : ["Just you so far"]));
    this.#line.setAttribute("aria-label", `People: ${this.#line.textContent}`);
  }
}

/** @param {number} at @param {number} count */
const joint = (at, count) => (at === 0 ? "" : at === count - 1 ? " and " : ", ");

/** @param {string} name */
function bdi(name) {
  const element = document.createElement("bdi");
  element.textContent = name;
  return element;
}
