/** Ways out: leave the party, or burn it down. */
import { asking, button, made } from "../ui/elements.js";
import { forgetSession } from "../identity/sessions.js";
import { bidFarewell, goHome } from "../identity/go-home.js";

const NO_SUCCESSOR = "Name a co-host first: somebody has to look after the party.";
const LEAVE = "Leave the party? To come back you need an invite link.";
const LEFT = "You left the party.";
const BURN = "Burn the chat? All that was said is gone for good, and everybody is out.";
const BURNED = "The chat is burned. Nothing of it is left.";

export class Farewell {
  #chatId;
  #deeds;
  #do;
  #me = 0;
  #burn = asking("Burn the chat", [BURN], "Burn it", () => this.#go(this.#deeds.burn(), BURNED));
  #leave = asking("Leave", [LEAVE], "Leave", () => this.#go(this.#deeds.remove(this.#me), LEFT));
  #stay = button("Leave", () => this.#do(Promise.resolve(), NO_SUCCESSOR));
  element = made("div", { className: "farewell" }, this.#leave, this.#stay, this.#burn);

  /** @param {string} chatId @param {import("./chat-api.js").Deeds} deeds @param {import("./people-panel.js").Do} act */
  constructor(chatId, deeds, act) {
    this.#chatId = chatId;
    this.#deeds = deeds;
    this.#do = act;
  }

  /** @param {import("../net/api.js").Member[]} members @param {number} me @param {string} role our own */
  update(members, me, role) {
    this.#me = me;
    this.#stay.hidden = role !== "host" || members.some((member) => member.role === "cohost");
    this.#leave.hidden = !this.#stay.hidden;
    this.#burn.hidden = role !== "host";
  }

  /** @param {Promise<unknown>} deed @param {string} notice for the home page */
  #go(deed, notice) {
    bidFarewell(notice); // the poll may be refused before the answer is here
    const gone = () => (forgetSession(this.#chatId), goHome());
    const stay = (/** @type {unknown} */ error) => {
      bidFarewell("");
      throw error;
    };
    return this.#do(deed.then(gone, stay));
  }
}
