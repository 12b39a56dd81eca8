/** The credential for one chat: its session token, or the auth_key of a member. */
import { Refused, joinChat } from "../net/api.js";
import { NEEDS_INVITE, NOT_IN_PARTY, goHome } from "./go-home.js";
import { authKey, forgetSession, keepSession, sessionFor } from "./identity.js";
import { clearKey, stashedKey } from "./invitation.js";

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

  /** Note that the server accepted the token; an invitation is no longer needed. */
  accepted() {
    this.#isRenewed = false;
    clearKey(this.#chatId);
  }

  /**
   * Replace a refused token by joining again with the auth_key, but only once in a row; otherwise leave the page.
   * @returns {Promise<boolean>} whether there is a new token
   */
  async renew() {
    const hadSession = sessionFor(this.#chatId) !== "";
    if (hadSession && authKey() && !this.#isRenewed && (await this.#rejoin())) return true;
    forgetSession(this.#chatId);
    if (stashedKey(this.#chatId)) location.reload(); // an invitation arrived meanwhile
    else goHome(hadSession ? NOT_IN_PARTY : NEEDS_INVITE);
    return false;
  }

  async #rejoin() {
    try {
      keepSession(await joinChat(this.#chatId, authKey(), {}));
    } catch (error) {
      if (error instanceof Refused && error.status < 429) return false;
      throw error;
    }
    this.#isRenewed = true;
    return true;
  }
}
