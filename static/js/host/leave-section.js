/** Leave the party, or delete it for everybody. */
import { LEFT, goHome, setExitNotice } from "../identity/go-home.js";
import { forgetSession, noteLeaving } from "../identity/identity.js";
import { dropPending } from "../identity/pending-records.js";
import { button, confirmButton } from "../ui/buttons.js";
import { el } from "../ui/dom.js";

const NO_SUCCESSOR = "Name a co-host first: somebody has to look after the party.";
const LEAVE = "Leave the party? To come back you need an invite link.";
const BURN = "Burn the chat? All that was said is gone for good, and everybody is out.";
const BURNED = "The chat is burned. Nothing of it is left.";

/** @typedef {import("./people-panel.js").Run} Run */

export class LeaveSection {
  #chatId;
  #run;
  #memberId = 0;
  #leave;
  #leaveBlocked;
  #burn;
  element;

  /** @param {string} chatId @param {import("./chat-api.js").ChatApi} api @param {Run} run */
  constructor(chatId, api, run) {
    this.#chatId = chatId;
    this.#run = run;
    const leave = () => this.#exit(api.removeMember(this.#memberId), LEFT);
    this.#leave = confirmButton("Leave", [LEAVE], "Leave", leave);
    this.#leaveBlocked = button("Leave", () => run(Promise.resolve(), NO_SUCCESSOR));
    this.#burn = confirmButton("Burn the chat", [BURN], "Burn it", () => this.#exit(api.deleteChat(), BURNED));
    this.element = el("div", { className: "leave-section" }, this.#leave, this.#leaveBlocked, this.#burn);
  }

  /** @param {import("../net/api.js").Member[]} members @param {import("../chat/room.js").Me} me */
  update(members, { memberId, role }) {
    this.#memberId = memberId;
    this.#leaveBlocked.hidden = role !== "host" || members.some((member) => member.role === "cohost");
    this.#leave.hidden = !this.#leaveBlocked.hidden;
    this.#burn.hidden = role !== "host";
  }

  /** @param {Promise<unknown>} request @param {string} notice for the home page */
  #exit(request, notice) {
    setExitNotice(notice); // the poll may be refused before the answer arrives
    noteLeaving(this.#chatId);
    const leave = () => {
      forgetSession(this.#chatId);
      goHome(LEFT, dropPending(this.#chatId));
    };
    const stay = (/** @type {unknown} */ error) => {
      setExitNotice("");
      throw error;
    };
    return this.#run(request.then(leave, stay));
  }
}
