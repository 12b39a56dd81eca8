/** The credential for one chat: its session token, or the auth_key of a member. */
import { Refused } from "../net/answers.js";
import { joinChat } from "../net/api.js";
import { ENDINGS, LEFT, NEEDS_INVITE, NOT_IN_PARTY, goHome } from "./go-home.js";
import { authKey, forgetSession, hasLeft, keepSession, sessionFor } from "./identity.js";
import { stashedKey } from "./invitation.js";
import { dropPending } from "./pending-records.js";

export class ChatAccess {
  #chatId;
  #isRenewed = false;

  /** @param {string} chatId */
  constructor(chatId) {
    this.#chatId = chatId;
  }

  get token() {
    return sessionFor(this.#chatId) || authKey();
  }

  /** Note that the server accepted the token. */
  accepted() {
    this.#isRenewed = false;
  }

  /**
   * Replace a refused token by joining again with the auth_key, but only once in a row; otherwise leave the page.
   * @param {string} code why it was refused @returns {Promise<boolean>} whether there is a new token
   */
  async renew(code) {
    const isOver = code === "burned" || code === "removed";
    const hadSession = sessionFor(this.#chatId) !== "";
    if (!isOver && hadSession && authKey() && !this.#isRenewed && (await this.#rejoin())) return true;
    forgetSession(this.#chatId);
    if (stashedKey(this.#chatId)) location.reload(); // an invitation arrived meanwhile
    else goHome(this.#why(code, hadSession || isOver), dropPending(this.#chatId));
    return false;
  }

  /** @param {string} code @param {boolean} wasIn */
  #why(code, wasIn) {
    if (!wasIn) return NEEDS_INVITE;
    if (hasLeft(this.#chatId)) return LEFT; // in another tab
    return ENDINGS[code] ?? NOT_IN_PARTY;
  }

  async #rejoin() {
    try {
      keepSession(await joinChat(this.#chatId, authKey(), {}));
    } catch (error) {
      if (error instanceof Refused && error.status < 429) return false; // also: the party is full
      throw error;
    }
    this.#isRenewed = true;
    return true;
  }
}
