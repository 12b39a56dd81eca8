/** What lets us into one chat: its session token, or the auth_key of a member. */
import { Refused, joinChat } from "../net/api.js";
import { authKey } from "./identity.js";
import { dropKey, pocketedKey } from "./invitation.js";
import { forgetSession, keepSession, sessionFor } from "./sessions.js";
import { NEEDS_INVITE, NOT_IN_PARTY, goHome } from "./go-home.js";

export class Access {
  #chatId;
  #renewed = false;

  /** @param {string} chatId */
  constructor(chatId) {
    this.#chatId = chatId;
  }

  get token() {
    return sessionFor(this.#chatId) || authKey();
  }

  /** The token opened the chat: an invitation is no longer needed. */
  worked() {
    this.#renewed = false;
    dropKey(this.#chatId);
  }

  /** The token was refused. A member gets a new one by auth_key, once; others leave. @returns {Promise<boolean>} */
  async renew() {
    const hadSession = sessionFor(this.#chatId) !== "";
    if (hadSession && authKey() && !this.#renewed && (await this.#rejoin())) return true;
    forgetSession(this.#chatId);
    if (pocketedKey(this.#chatId)) location.reload(); // a fresh invitation came along
    else goHome(hadSession ? NOT_IN_PARTY : NEEDS_INVITE);
    return false;
  }

  async #rejoin() {
    try {
      keepSession(await joinChat(this.#chatId, authKey(), {}));
      return (this.#renewed = true);
    } catch (error) {
      if (error instanceof Refused && error.status < 429) return false;
      throw error;
    }
  }
}
