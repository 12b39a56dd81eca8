/** The party itself: what comes in goes on the page, what is written goes out. */
import { Access } from "../identity/chat-access.js";
import { postMessage } from "../net/api.js";
import { Bottom } from "./scroll-anchor.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection-status.js";
import { Feed } from "../net/feed.js";
import { History } from "./history.js";
import { Invite } from "./invite-field.js";
import { Outbox } from "./outbox.js";
import { inside, part } from "../ui/dom.js";
import { People } from "./header.js";
import { Transcript } from "./transcript.js";

/**
 * @typedef {import("../net/api.js").Answer} Answer
 * @typedef {import("../net/api.js").Message} Message
 * @typedef {import("../net/api.js").State} State
 * @typedef {import("./pending-messages.js").Letter} Letter
 */

const TITLE = "Watch Party";

export class Room {
  #chatId;
  #access;
  #me = { memberId: 0, username: "", role: "" };
  #log = part("log");
  #history = new History();
  #connection = new Connection(part("connection"));
  #people = new People(part("people"));
  #invite = new Invite();
  #bottom = new Bottom(this.#log, part("newer"));
  #outbox;
  #transcript;
  #composer;
  /** @type {State | undefined} */
  #state;
  #links = 0; // replaced so far
  /** @type {import("../host/index.js").Backstage | undefined} */
  #backstage;

  /** @param {string} chatId */
  constructor(chatId) {
    this.#chatId = chatId;
    this.#access = new Access(chatId);
    this.#outbox = new Outbox(
      chatId,
      (letter, signal) => postMessage(chatId, this.#access.token, letter, signal),
      (letter, message) => this.#history.add(message) && this.#transcript.settle(letter, message),
      () => this.#render(),
    );
    this.#transcript = new Transcript(
      this.#log,
      (letter, verb) => this.#decide(letter, verb),
      (person) => this.#people.mark(person),
    );
    this.#composer = new Composer(part("composer"), chatId, (body) => this.#say(body));
    part("people").addEventListener("click", () => this.#reach((backstage) => backstage.openPanel()));
    part("invite").addEventListener("click", () => this.#reach((backstage) => backstage.offerInvite()));
  }

  /** Show the room and keep it up to date. */
  open() {
    this.#follow(); // it is drawn while the party is asked
    this.#show();
  }

  /** Show nothing before the server says that we belong here. */
  openIfMember() {
    this.#follow();
  }

  #follow() {
    new Feed(this.#chatId, this.#access, {
      take: (answer, since) => this.#take(answer, since),
      refused: () => this.#access.renew(),
      lost: () => (this.#show(), this.#connection.is("lost")),
      busy: () => this.#show(),
    }).follow();
  }

  #show() {
    if (!part("room").hidden) return;
    document.title = TITLE;
    part("welcome").prepend(inside(part("invitation"), ".art")); // one picture, drawn once
    part("room").hidden = false;
    this.#composer.focusIfRoomy();
  }

  /** @param {Answer} answer @param {number | undefined} since */
  #take(answer, since) {
    this.#access.worked();
    this.#show();
    if (answer.member_id) this.#arrive(answer);
    if (answer.state) this.#update(answer.state);
    for (const message of answer.messages) this.#claim(message);
    const fresh = this.#history.take(answer, since ?? 0, this.#outbox.underway.length);
    const fromOthers = fresh.filter(({ member_id }) => member_id !== this.#me.memberId);
    this.#render(since === undefined ? 0 : fromOthers.length);
    this.#outbox.open(this.#me.memberId, this.#connection.is("connected"));
  }

  /** The first answer says who we are. @param {Answer} answer */
  #arrive(answer) {
    this.#me = { memberId: answer.member_id ?? 0, username: answer.username ?? "", role: "" };
    this.#invite.link = answer.magic_link;
    for (const sign of ["pointerover", "focusin"])
      part("room").addEventListener(sign, () => this.#reach(), { once: true });
    import("./expiry-notice.js").then(
      ({ watch }) => watch(answer, this.#chatId, this.#access, this.#history, () => this.#render()),
      () => {}, // the panel tells it as well
    );
  }

  /** @param {State} state */
  #update(state) {
    this.#state = state;
    this.#history.erase(state.deleted);
    this.#people.show(state, this.#me.memberId);
    part("topic").textContent = state.topic || TITLE;
    const role = state.members.find(({ member_id }) => member_id === this.#me.memberId)?.role ?? "";
    const changed = this.#me.role && (this.#me.role !== role || this.#links !== state.links);
    this.#me.role = role;
    this.#links = state.links;
    part("composer").hidden = role === "viewer";
    if (changed) this.#reach((backstage) => backstage.renewLinks());
    else if (this.#backstage || role === "viewer") this.#reach();
  }

  /**
   * What most guests never need is loaded when somebody reaches for it.
   * @param {(backstage: import("../host/index.js").Backstage) => void} [act]
   */
  async #reach(act) {
    const loaded = await import("../host/index.js").catch(() => this.#connection.is("lost"));
    if (typeof loaded !== "object") return;
    this.#backstage ??= new loaded.Backstage(this.#chatId, this.#access, this.#people, this.#invite);
    if (this.#state) this.#backstage.update(this.#state, this.#me);
    act?.(this.#backstage);
  }

  /** @param {string} body */
  #say(body) {
    this.#outbox.put(body);
    this.#bottom.follow();
  }

  /** @param {Letter} letter @param {"retry" | "discard"} verb */
  #decide(letter, verb) {
    this.#composer.focusIfRoomy(); // the button is about to vanish
    this.#outbox[verb](letter);
  }

  /** @param {Message} message a poll brought; perhaps one of ours, ahead of its own answer */
  #claim(message) {
    const letter = message.member_id === this.#me.memberId ? this.#outbox.claim(message) : undefined;
    if (letter) this.#transcript.settle(letter, message);
  }

  /** @param {number} [arrivals] */
  #render(arrivals = 0) {
    const entries = this.#history.entries();
    const letters = this.#outbox.letters;
    this.#invite.partyIsEmpty = this.#me.memberId !== 0 && ![...entries, ...letters].some((one) => "body" in one);
    this.#bottom.keep(() => this.#transcript.render(entries, letters, this.#me), arrivals);
  }
}
