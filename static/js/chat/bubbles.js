/**
 * One bubble for each message, and for each letter still on its way.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("./pending-messages.js").Letter} Letter
 * @typedef {(letter: Letter, verb: "retry" | "discard") => void} Decide
 */
import { shortly } from "../ui/format.js";
import { onlyEmoji } from "../ui/graphemes.js";
import { linked } from "../ui/linkify.js";
import { cloned, inside } from "../ui/dom.js";

const BIG_EMOJI = 5; // as many as still read as a gesture and not as a wall

/** @type {Record<Letter["state"], (letter: Letter) => string>} */
const NOTES = {
  sending: () => "Sending…",
  waiting: () => "Waiting for the connection…",
  busy: () => "Waiting a moment…",
  failed: () => "Not sent",
  stale: ({ at }) => `Written ${shortly(new Date(at))}. Still send it?`,
};

export class Bubbles {
  /** @type {WeakMap<object, HTMLElement>} */
  #elements = new WeakMap();
  #decide;

  /** @param {Decide} decide */
  constructor(decide) {
    this.#decide = decide;
  }

  /** @param {Message | Letter} item @returns {HTMLElement} */
  show(item) {
    const bubble = this.#elements.get(item) ?? this.#make(item);
    if ("state" in item) this.#showProgress(bubble, item);
    return bubble;
  }

  /** The letter's bubble is the message's now. @param {Letter} letter @param {Message} message */
  hand(letter, message) {
    const bubble = this.#elements.get(letter);
    if (!bubble || message.deleted || this.#elements.has(message)) return;
    bubble.dataset.id = `${message.id}`;
    bubble.dataset.state = "sent";
    bubble.querySelector(".progress")?.remove();
    this.#elements.set(message, bubble);
  }

  /** @param {Message | Letter} item */
  #make(item) {
    const bubble = cloned("bubble-template");
    const body = inside(bubble, ".body");
    if ("deleted" in item && item.deleted) bubble.dataset.state = "deleted";
    body.append(...(bubble.dataset.state ? ["Message deleted"] : linked(item.body)));
    body.classList.toggle("is-emoji", onlyEmoji(item.body, BIG_EMOJI));
    if (item.id) bubble.dataset.id = `${item.id}`;
    this.#elements.set(item, bubble);
    return bubble;
  }

  /** @param {HTMLElement} bubble @param {Letter} letter */
  #showProgress(bubble, letter) {
    if (bubble.dataset.state === letter.state) return;
    bubble.dataset.state = letter.state;
    const progress = bubble.querySelector(".progress") ?? this.#addProgress(bubble, letter);
    const asks = letter.state === "failed" || letter.state === "stale";
    inside(progress, ".progress-note").textContent = NOTES[letter.state](letter);
    inside(progress, ".retry").textContent = letter.state === "stale" ? "Send it" : "Retry";
    inside(progress, ".problem").textContent = letter.problem;
    for (const button of progress.querySelectorAll("button")) button.hidden = !asks;
  }

  /** @param {HTMLElement} bubble @param {Letter} letter */
  #addProgress(bubble, letter) {
    const progress = cloned("progress-template");
    inside(progress, ".retry").addEventListener("click", () => this.#decide(letter, "retry"));
    inside(progress, ".discard").addEventListener("click", () => this.#decide(letter, "discard"));
    bubble.append(progress);
    return progress;
  }
}
