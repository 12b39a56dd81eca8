/** What hosts set for everybody: the topic, and the links that lead in. */
import { copy } from "../ui/clipboard.js";
import { HOSTS } from "./chat-api.js";
import { asking, button, made } from "../ui/elements.js";

const TOPIC_MAX = 100; // characters

export class HostTools {
  element = made("div", { className: "host-tools", hidden: true });
  #deeds;
  #do;
  #qrCode;
  #saved = ""; // the topic, as everybody sees it
  #topic = made("input", { className: "field", maxLength: TOPIC_MAX, dir: "auto", autocomplete: "off" });
  /** @type {Record<string, HTMLInputElement>} by the role it leads to */
  #fields = { guest: linkField(), viewer: linkField() };

  /** @param {import("./chat-api.js").Deeds} deeds @param {import("./people-panel.js").Do} act @param {import("./qr-code.js").QrCode} qrCode */
  constructor(deeds, act, qrCode) {
    this.#deeds = deeds;
    this.#do = act;
    this.#qrCode = qrCode;
    this.element.append(
      this.#topicForm(),
      this.#linkTools("guest", "Invite link"),
      this.#linkTools("viewer", "Read-only link"),
    );
  }

  /** @param {string} topic @param {string} role our own */
  update(topic, role) {
    this.element.hidden = !HOSTS.includes(role);
    if (this.#saved !== topic) this.#topic.value = topic; // and else leave what is being typed
    this.#saved = topic;
  }

  async askLinks() {
    if (!this.element.hidden) await this.#do(this.#deeds.links().then((links) => (this.links = links)));
  }

  /** @param {Record<string, string>} links by role */
  set links(links) {
    for (const [role, field] of Object.entries(this.#fields)) field.value = links[role] ?? "";
  }

  #topicForm() {
    const save = made("button", { className: "minor" }, "Save");
    const form = made("form", { className: "panel-line", noValidate: true }, labelled("What are we watching?", this.#topic), save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#do(this.#deeds.watch(this.#topic.value), "Saved.");
    });
    return form;
  }

  /** @param {string} role @param {string} name */
  #linkTools(role, name) {
    const field = this.#fields[role];
    const lower = name.toLowerCase();
    const take = button("Copy", () => this.#copy(field, name));
    take.setAttribute("aria-label", `Copy ${lower}`);
    const show = button("QR code", () => this.#do(this.#qrCode.show(role)));
    show.setAttribute("aria-label", `Show QR code of the ${lower}`);
    const question = `Replace the ${lower}? The old one stops working. Whoever is in stays in.`;
    const replace = asking("Replace", [question], "Replace", () => this.#do(this.#deeds.replaceLink(role), `${name} replaced.`));
    replace.firstElementChild?.setAttribute("aria-label", `Replace ${lower}`);
    return made("div", { className: "panel-line link-line" }, labelled(name, field), take, show, replace);
  }

  /** @param {HTMLInputElement} field @param {string} name */
  async #copy(field, name) {
    if (!field.value) await this.askLinks(); // it has not come yet, or could not
    if (!field.value) return; // the panel says why
    if (await copy(field.value)) await this.#do(Promise.resolve(), `${name} copied.`);
    else field.focus();
  }
}

function linkField() {
  const field = made("input", { className: "field invite-link", readOnly: true });
  field.addEventListener("focus", () => field.select());
  return field;
}

/** @param {string} words @param {HTMLInputElement} field */
const labelled = (words, field) => made("label", {}, words, field);
