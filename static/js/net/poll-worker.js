/**
 * One held poll for all tabs of this browser: it opens six connections to a host and no more, so a
 * poll per tab would leave none for the seventh. Runs as a SharedWorker and ends with the last tab.
 *
 * A tab asks with its cursor, gets one answer, and asks again. One that is gone or frozen doesn't, so
 * nothing of it stays behind; when it comes back it asks from where it was, and has missed nothing.
 *
 * @typedef {import("./cursors.js").Place & { number: number, hold: number, at: number }} Question
 */
import { ask } from "./api.js";
import { covers, excerpt, silence, together } from "./cursors.js";
import { HOLD, Poller } from "./poller.js";

const GATHER = 25; // ms; tabs that were just answered ask again meanwhile, and share the next request

class Switchboard {
  /** @type {Map<MessagePort, Question>} who waits for an answer, the longest first */
  #questions = new Map();
  /** @type {import("./cursors.js").Places} what the request under way asks for */
  #sent = {};
  #gathers = false; // whoever asks now is in the next request anyway
  #poller = new Poller(this);
  #arrived = () => {};

  open() {
    this.#poller.run();
  }

  /** @param {MessagePort} port of a tab */
  connect(port) {
    port.onmessage = ({ data }) => (data ? this.#hear(port, data) : this.#questions.delete(port));
    port.postMessage({});
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async ask(hold, signal) {
    this.#gathers = true;
    while (!this.#questions.size) await new Promise((resume) => (this.#arrived = () => resume(undefined)));
    await new Promise((resume) => setTimeout(resume, GATHER));
    this.#gathers = false;
    this.#sent = together(this.#questions.values());
    try {
      const credential = Object.values(this.#sent)[0]?.token; // so that we count, and not our whole house
      const body = { wait: hold, chats: this.#sent };
      const { chats } = await ask("POST", "/poll", { credential, body, signal, hold });
      for (const [port, question] of this.#questions) this.#tell(port, question, chats[question.chatId], hold);
      return Object.keys(chats).length > 0;
    } finally {
      this.#sent = {};
    }
  }

  lost() {
    for (const port of this.#questions.keys()) port.postMessage({ lost: true });
  }

  /** Each tab is told to wait, too, and asks again then. @param {import("./api.js").Refused} refusal */
  busy({ status, message, retryAfter }) {
    for (const port of [...this.#questions.keys()]) this.#answer(port, { refused: [status, { message }, retryAfter] });
  }

  /** @param {MessagePort} port @param {Question} question */
  #hear(port, question) {
    this.#questions.delete(port); // it goes to the end of the queue
    this.#questions.set(port, { ...question, at: Date.now() });
    this.#arrived();
    if (!question.hold) this.#poller.nudge();
    else if (!this.#gathers && !covers(this.#sent, question)) this.#poller.again();
  }

  /** @param {MessagePort} port @param {Question} question @param {any} page what came for its chat @param {number} hold */
  #tell(port, question, page, hold) {
    if (page?.error) {
      // another tab may have a new key already
      if (question.token === this.#sent[question.chatId]?.token) this.#answer(port, { refused: [403, page, 0] });
      return;
    }
    const answer = page ? excerpt(page, this.#sent[question.chatId].since, question) : silence(question);
    const news = !answer || answer.reset || answer.missed || answer.messages.length || answer.state;
    // Silence is told, too, now and then: a tab that doesn't ask again is no longer there. One that is
    // told nothing asks by itself.
    if (news || !hold || Date.now() - question.at > HOLD * 1000) this.#answer(port, { answer });
  }

  /** @param {MessagePort} port @param {object} said */
  #answer(port, said) {
    port.postMessage({ ...said, number: this.#questions.get(port)?.number });
    this.#questions.delete(port);
  }
}

const switchboard = new Switchboard();
switchboard.open();
// @ts-expect-error: the checker takes this for a page
self.onconnect = ({ ports }) => switchboard.connect(ports[0]);
