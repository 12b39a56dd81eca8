/**
 * One bubble for each message. A message of our own keeps the bubble that it had while it was pending; the two
 * are matched by their idempotency key.
 *
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("../messages/pending-messages.js").PendingMessage} PendingMessage
 * @typedef {(pending: PendingMessage, choice: "retry" | "discard") => void} Resolve
 */
import { cloneTemplate, query } from "../ui/dom.js";
import { formatRecent } from "../ui/format.js";
import { onlyEmoji } from "../ui/graphemes.js";
import { linkify } from "../ui/linkify.js";

const BIG_EMOJI_MAX = 5; // a message of at most this many emoji and nothing else shows them big

/** @type {Record<PendingMessage["state"], (pending: PendingMessage) => string>} */
const NOTES = {
  sending: () => "Sending…",
  waiting: () => "Waiting for the connection…",
  busy: () => "Waiting a moment…",
  failed: () => "Not sent",
  stale: ({ at }) => `Written ${formatRecent(new Date(at))}. Still send it?`,
};

export class Bubbles {
  /** @type {WeakMap<object, HTMLElement>} */
  #elements = new WeakMap();
  /** @type {Map<string, HTMLElement>} bubbles of pending messages, by key */
  #pending = new Map();
  #resolve;

  /** @param {Resolve} resolve */
  constructor(resolve) {
    this.#resolve = resolve;
  }

  /** @param {Message | PendingMessage} item @returns {HTMLElement} */
  show(item) {
    const bubble = this.#elements.get(item) ?? this.#takeOver(item) ?? create(item);
    this.#elements.set(item, bubble);
    if ("state" in item) {
      this.#pending.set(item.key, bubble);
      this.#showProgress(bubble, item);
    }
    return bubble;
  }

  /** Reuse the bubble of a pending message for the message that it became. @param {Message | PendingMessage} item */
  #takeOver(item) {
    const bubble = this.#pending.get(item.key ?? "");
    if (!bubble || "state" in item) return;
    this.#pending.delete(item.key ?? "");
    if (item.deleted) return;
    bubble.dataset.id = `${item.id}`;
    bubble.dataset.state = "sent";
    bubble.querySelector(".progress")?.remove();
    return bubble;
  }

  /** @param {HTMLElement} bubble @param {PendingMessage} pending */
  #showProgress(bubble, pending) {
    if (bubble.dataset.state === pending.state) return;
    bubble.dataset.state = pending.state;
    const progress = bubble.querySelector(".progress") ?? this.#addProgress(bubble, pending);
    const needsDecision = pending.state === "failed" || pending.state === "stale";
    query(progress, ".progress-note").textContent = NOTES[pending.state](pending);
    query(progress, ".retry").textContent = pending.state === "stale" ? "Send it" : "Retry";
    query(progress, ".problem").textContent = pending.problem;
    for (const button of progress.querySelectorAll("button")) button.hidden = !needsDecision;
  }

  /** @param {HTMLElement} bubble @param {PendingMessage} pending */
  #addProgress(bubble, pending) {
    const progress = cloneTemplate("progress-template");
    query(progress, ".retry").addEventListener("click", () => this.#resolve(pending, "retry"));
    query(progress, ".discard").addEventListener("click", () => this.#resolve(pending, "discard"));
    bubble.append(progress);
    return progress;
  }
}

/** @param {Message | PendingMessage} item */
function create(item) {
  const bubble = cloneTemplate("bubble-template");
  const body = query(bubble, ".body");
  const isDeleted = "deleted" in item && item.deleted;
  if (isDeleted) bubble.dataset.state = "deleted";
  body.append(...(isDeleted ? ["Message deleted"] : linkify(item.body)));
  body.classList.toggle("is-emoji", onlyEmoji(item.body, BIG_EMOJI_MAX));
  if (item.id) bubble.dataset.id = `${item.id}`;
  return bubble;
}
