/** The requests of the host tools. The server decides who may do what. */
import { ask } from "../net/api.js";

export const HOSTS = ["host", "cohost"]; // the roles that may do nearly everything

export class ChatApi {
  #chatId;
  #access;

  /** @param {string} chatId @param {{ token: string }} access */
  constructor(chatId, access) {
    this.#chatId = chatId;
    this.#access = access;
  }

  /** @returns {Promise<Date>} when the chat is deleted unless somebody writes */
  async expiry() {
    return new Date((await this.#ask("GET", "")).expires_at);
  }

  /** @returns {Promise<Record<string, string>>} the links that we may share, by role */
  async links() {
    const { invites } = await this.#ask("GET", "/invite");
    return Object.fromEntries(invites.map((/** @type {any} */ { role, magic_link }) => [role, magic_link]));
  }

  /** @param {string} role that the link grants @returns {Promise<string>} an SVG */
  async qrCode(role) {
    return (await this.#ask("GET", `/invite/qr?role=${role}`)).svg;
  }

  /** @param {string} role that the link grants */
  replaceLink(role) {
    return this.#ask("POST", "/invite", { role });
  }

  /** @param {number} memberId @param {string} role */
  setRole(memberId, role) {
    return this.#ask("PUT", `/members/${memberId}`, { role });
  }

  /** @param {number} memberId pass our own id to leave the chat */
  removeMember(memberId) {
    return this.#ask("DELETE", `/members/${memberId}`);
  }

  /** @param {string} messageId */
  deleteMessage(messageId) {
    return this.#ask("DELETE", `/messages/${messageId}`);
  }

  /** @param {string} topic */
  setTopic(topic) {
    return this.#ask("PUT", "/topic", { topic });
  }

  deleteChat() {
    return this.#ask("DELETE", "");
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  #ask(method, path, body) {
    return ask(method, `/${this.#chatId}${path}`, { credential: this.#access.token, body });
  }
}
