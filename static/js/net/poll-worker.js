/**
 * A SharedWorker that holds one poll for all tabs of this browser: browsers open six connections to a host,
 * so a poll per tab would leave none for the seventh. It ends with the last tab.
 *
 * A tab sends its cursor, gets one reply, and asks again. A tab that is closed or frozen stops asking, so
 * nothing of it stays behind; when it comes back it asks from its old cursor, and has missed nothing.
 *
 * @typedef {import("./cursors.js").ReaderCursor & { number: number, hold: number, at: number }} Question
 */
import { ask } from "./api.js";
import { emptyAnswer, isCovered, mergeCursors, sliceFor } from "./cursors.js";
import { HOLD, Poller } from "./poller.js";

const GATHER = 25; // ms; tabs that just got a reply ask again meanwhile, and share the next request

class PollHub {
  /** @type {Map<MessagePort, Question>} unanswered, the oldest first */
  #questions = new Map();
  /** @type {import("./cursors.js").Cursors} of the request under way */
  #sent = {};
  #isGathering = false; // questions that arrive now are part of the next request anyway
  #poller = new Poller(this);
  #onQuestion = () => {};

  start() {
    this.#poller.run();
  }

  /** @param {MessagePort} port of a tab */
  connect(port) {
    port.onmessage = ({ data }) => {
      if (data) this.#receive(port, data);
      else this.#questions.delete(port);
    };
    port.postMessage({});
  }

  /** @param {number} hold @param {AbortSignal} signal */
  async ask(hold, signal) {
    this.#isGathering = true;
    while (!this.#questions.size) await this.#nextQuestion();
    await new Promise((resume) => setTimeout(resume, GATHER));
    this.#isGathering = false;
    this.#sent = mergeCursors(this.#questions.values());
    try {
      const credential = Object.values(this.#sent)[0]?.token; // requests with one count per member, not per address
      const body = { wait: hold, chats: this.#sent };
      const { chats } = await ask("POST", "/poll", { credential, body, signal, hold });
      for (const [port, question] of this.#questions) this.#pass(port, question, chats[question.chatId], hold);
      return Object.keys(chats).length > 0;
    } finally {
      this.#sent = {};
    }
  }

  onLost() {
    for (const port of this.#questions.keys()) port.postMessage({ lost: true });
  }

  /** Each tab waits as well, and asks again then. @param {import("./api.js").Refused} refusal */
  onBusy({ status, message, retryAfter }) {
    for (const port of [...this.#questions.keys()]) this.#reply(port, { refused: [status, { message }, retryAfter] });
  }

  #nextQuestion() {
    return new Promise((resume) => {
      this.#onQuestion = () => resume(undefined);
    });
  }

  /** @param {MessagePort} port @param {Question} question */
  #receive(port, question) {
    this.#questions.delete(port); // it moves to the end of the queue
    this.#questions.set(port, { ...question, at: Date.now() });
    this.#onQuestion();
    if (!question.hold) this.#poller.nudge();
    else if (!this.#isGathering && !isCovered(this.#sent, question)) this.#poller.again();
  }

  /**
   * @param {MessagePort} port @param {Question} question @param {any} page the answer for its chat
   * @param {number} hold
   */
  #pass(port, question, page, hold) {
    if (page?.error) {
      // Another tab may have a new token already.
      if (question.token === this.#sent[question.chatId]?.token) this.#reply(port, { refused: [403, page, 0] });
      return;
    }
    const answer = page ? sliceFor(page, this.#sent[question.chatId].since, question) : emptyAnswer(question);
    const isNews = !answer || answer.reset || answer.missed || answer.messages.length || answer.state;
    // A reply without news once in a while shows which tabs are still there: only those ask again. A tab
    // that gets no answer in its reply polls by itself.
    if (isNews || !hold || Date.now() - question.at > HOLD * 1000) this.#reply(port, { answer });
  }

  /** @param {MessagePort} port @param {object} reply */
  #reply(port, reply) {
    port.postMessage({ ...reply, number: this.#questions.get(port)?.number });
    this.#questions.delete(port);
  }
}

const hub = new PollHub();
hub.start();
// @ts-expect-error: the type checker takes this for a page
self.onconnect = ({ ports }) => hub.connect(ports[0]);
