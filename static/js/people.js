// @ts-check
/** Who is here, in one line: "Zoë, محمد, 花子 and 2 more". */

const SHOWN = 3;

export class People {
  #line;
  /** @type {Map<number, string>} */
  #names = new Map();
  #me = 0;

  /** @param {HTMLElement} line */
  constructor(line) {
    this.#line = line;
  }

  /** @param {{ member_id: number, username: string }[]} people @param {number} [me] */
  meet(people, me = this.#me) {
    this.#me = me;
    const known = this.#names.size;
    for (const { member_id, username } of people) if (member_id !== me) this.#names.set(member_id, username);
    if (!known || known !== this.#names.size) this.#show();
  }

  #show() {
    const everyone = [...[...this.#names.values()].map(bdi), "you"];
    if (everyone.length === 1) return this.#line.replaceChildren("Just you so far");
    const more = everyone.length - SHOWN;
    const shown = more > 0 ? [...everyone.slice(0, SHOWN), `${more} more`] : everyone;
    this.#line.replaceChildren(...shown.flatMap((name, at) => [joint(at, shown.length), name]));
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
