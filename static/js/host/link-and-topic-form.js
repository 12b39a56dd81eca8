/** The topic and the invite links, which hosts can change. */
import { button, confirmButton } from "../ui/buttons.js";
import { copy } from "../ui/clipboard.js";
import { el } from "../ui/dom.js";
import { HOSTS } from "./chat-api.js";

const TOPIC_MAX = 100; // characters

/** @typedef {import("./people-panel.js").Run} Run */

export class LinkAndTopicForm {
  element = el("div", { className: "host-tools", hidden: true });
  #api;
  #run;
  #qrCode;
  #savedTopic = "";
  #topic = el("input", { className: "field", maxLength: TOPIC_MAX, dir: "auto", autocomplete: "off" });
  /** @type {Record<string, HTMLInputElement>} by the role that the link grants */
  #fields = { guest: linkField(), viewer: linkField() };

  /** @param {import("./chat-api.js").ChatApi} api @param {Run} run @param {import("./qr-code.js").QrCode} qrCode */
  constructor(api, run, qrCode) {
    this.#api = api;
    this.#run = run;
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
    if (this.#savedTopic !== topic) this.#topic.value = topic; // else keep what is being typed
    this.#savedTopic = topic;
  }

  async fetchLinks() {
    if (this.element.hidden) return;
    const request = this.#api.links().then((links) => {
      this.links = links;
    });
    await this.#run(request);
  }

  /** @param {Record<string, string>} links by role */
  set links(links) {
    for (const [role, field] of Object.entries(this.#fields)) field.value = links[role] ?? "";
  }

  #topicForm() {
    const save = el("button", { className: "minor" }, "Save");
    const label = labelled("What are we watching?", this.#topic);
    const form = el("form", { className: "panel-line", noValidate: true }, label, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(this.#api.setTopic(this.#topic.value), "Saved.");
    });
    return form;
  }

  /** @param {string} role @param {string} name */
  #linkTools(role, name) {
    const field = this.#fields[role];
    const lower = name.toLowerCase();
    const copyButton = button("Copy", () => this.#copy(field, name));
    copyButton.setAttribute("aria-label", `Copy ${lower}`);
    const show = button("QR code", () => this.#run(this.#qrCode.show(role)));
    show.setAttribute("aria-label", `Show QR code of the ${lower}`);
    const question = `Replace the ${lower}? The old one stops working. Whoever is in stays in.`;
    const act = () => this.#run(this.#api.replaceLink(role), `${name} replaced.`);
    const replace = confirmButton("Replace", [question], "Replace", act);
    replace.firstElementChild?.setAttribute("aria-label", `Replace ${lower}`);
    return el("div", { className: "panel-line link-line" }, labelled(name, field), copyButton, show, replace);
  }

  /** @param {HTMLInputElement} field @param {string} name */
  async #copy(field, name) {
    if (!field.value) await this.fetchLinks(); // the first request is under way, or failed
    if (!field.value) return; // the panel shows the error
    if (await copy(field.value)) await this.#run(Promise.resolve(), `${name} copied.`);
    else field.focus();
  }
}

function linkField() {
  const field = el("input", { className: "field invite-link", readOnly: true });
  field.addEventListener("focus", () => field.select());
  return field;
}

/** @param {string} label @param {HTMLInputElement} field */
const labelled = (label, field) => el("label", {}, label, field);
