/** The requests by which members change a chat. Who may do what is for the server to say. */
import { ask } from "../net/api.js";

export const HOSTS = ["host", "cohost"]; // whose role allows nearly everything

export class Deeds {
  #chatId;
  #access;

  /** @param {string} chatId @param {{ token: string }} access */
  constructor(chatId, access) {
    this.#chatId = chatId;
    this.#access = access;
  }

  /** @returns {Promise<Date>} when the chat is deleted unless somebody writes */
  async end() {
    return new Date((await this.#ask("GET", "")).expires_at);
  }

  /** @returns {Promise<Record<string, string>>} by role, the links we may hand on */
  async links() {
    const { invites } = await this.#ask("GET", "/invite");
    return Object.fromEntries(invites.map((/** @type {any} */ { role, magic_link }) => [role, magic_link]));
  }

  /** @param {string} role @returns {Promise<string>} the link as a QR code, an SVG */
  async draw(role) {
    return (await this.#ask("GET", `/invite/qr?role=${role}`)).svg;
  }

  /** @param {string} role */
  replaceLink(role) {
    return this.#ask("POST", "/invite", { role });
  }

  /** @param {number} memberId @param {string} role */
  appoint(memberId, role) {
    return this.#ask("PUT", `/members/${memberId}`, { role });
  }

  /** @param {number} memberId our own, too */
  remove(memberId) {
    return this.#ask("DELETE", `/members/${memberId}`);
  }

  /** @param {string} id of a message */
  takeBack(id) {
    return this.#ask("DELETE", `/messages/${id}`);
  }

  /** @param {string} topic */
  watch(topic) {
    return this.#ask("PUT", "/topic", { topic });
  }

  burn() {
    return this.#ask("DELETE", "");
  }

  /** @param {string} method @param {string} path @param {object} [body] @returns {Promise<any>} */
  #ask(method, path, body) {
    return ask(method, `/${this.#chatId}${path}`, { credential: this.#access.token, body });
  }
}
