/** Who is here, in one line: "Zoë, محمد, 花子 and 2 more"; and marks for names that look alike. */

const SHOWN = 3;

/** @typedef {{ member_id: number, username: string }} Person a member, or the author of a message */

export class People {
  #line;
  /** @type {Map<string, Set<number>>} who goes by a name that looks like this, or did */
  #bearers = new Map();

  /** @param {HTMLElement} line */
  constructor(line) {
    this.#line = line;
  }

  /** @param {Person[]} people */
  meet(people) {
    for (const { member_id, username } of people) {
      const name = folded(username);
      this.#bearers.set(name, (this.#bearers.get(name) ?? new Set()).add(member_id));
    }
  }

  /** @param {Person} person @returns {string} " #3" when somebody else goes by such a name, too */
  mark({ member_id, username }) {
    const bearers = this.#bearers.get(folded(username));
    return bearers && bearers.size > 1 ? ` #${member_id}` : "";
  }

  /** @param {Person[]} members @param {number} me */
  show(members, me) {
    this.meet(members);
    const others = members.filter(({ member_id }) => member_id !== me);
    const everyone = [...others.map((person) => [bdi(person.username), this.mark(person)]), "you"];
    const more = everyone.length - SHOWN;
    const shown = more > 0 ? [...everyone.slice(0, SHOWN), `${more} more`] : everyone;
    const words = shown.flatMap((name, at) => [joint(at, shown.length), name]).flat();
    this.#line.replaceChildren(...(others.length ? words : ["Just you so far"]));
    this.#line.setAttribute("aria-label", `People: ${this.#line.textContent}`);
  }
}

/** As the eye reads it: without regard to case, width and composition. @param {string} name */
const folded = (name) => name.normalize("NFKC").toUpperCase().toLowerCase().normalize("NFKC");

/** @param {number} at @param {number} count */
const joint = (at, count) => (at === 0 ? "" : at === count - 1 ? " and " : ", ");

/** @param {string} name */
function bdi(name) {
  const element = document.createElement("bdi");
  element.textContent = name;
  return element;
}
