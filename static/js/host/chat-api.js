/** The requests of the host tools. The server decides who may do what. */
import { ask, isText } from "../net/api.js";

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
    return new Date((await this.#ask("GET", "", ({ expires_at }) => isText(expires_at))).expires_at);
  }

  /** @returns {Promise<Record<string, string>>} the links that we may share, by role */
  async links() {
    const { invites } = await this.#ask("GET", "/invite", (body) => Array.isArray(body.invites));
    return Object.fromEntries(invites.map((/** @type {any} */ { role, magic_link }) => [role, magic_link]));
  }

  /** @param {string} role that the link grants @returns {Promise<string>} an SVG */
  async qrCode(role) {
    return (await this.#ask("GET", `/invite/qr?role=${role}`, ({ svg }) => isText(svg))).svg;
  }

  /** @param {string} role that the link grants */
  replaceLink(role) {
    return this.#ask("POST", "/invite", ({ magic_link }) => isText(magic_link), { role });
  }

  /** @param {number} memberId @param {string} role */
  setRole(memberId, role) {
    return this.#ask("PUT", `/members/${memberId}`, isChange, { role });
  }

  /** @param {number} memberId pass our own id to leave the chat */
  removeMember(memberId) {
    return this.#ask("DELETE", `/members/${memberId}`, isChange);
  }

  /** @param {string} messageId */
  deleteMessage(messageId) {
    return this.#ask("DELETE", `/messages/${messageId}`, isChange);
  }

  /** @param {string} topic */
  setTopic(topic) {
    return this.#ask("PUT", "/topic", isChange, { topic });
  }

  deleteChat() {
    return this.#ask("DELETE", "", isChange);
  }

  /**
   * @param {string} method @param {string} path @param {import("../net/api.js").IsOurs} isOurs
   * @param {object} [body] @returns {Promise<any>}
   */
  #ask(method, path, isOurs, body) {
    return ask(method, `/${this.#chatId}${path}`, { credential: this.#access.token, body, isOurs });
  }
}

/** The new state, or nothing after we have left. @param {any} answer */
const isChange = (answer) => Number.isInteger(answer.rev) || !Object.keys(answer).length;
