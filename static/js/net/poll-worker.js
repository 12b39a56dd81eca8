/**
 * A SharedWorker that keeps one poll for all tabs of this browser: browsers open six connections to a host, so
 * with a poll per tab the seventh tab would get none. The worker ends with the last tab.
 *
 * A tab sends its cursor, gets one reply, and asks again. A closed or frozen tab stops asking, so nothing has to
 * be cleaned up; when it resumes, it asks from its old cursor and misses nothing.
 *
 * @typedef {import("./cursors.js").ReaderCursor & { number: number, hold: number, byPerson: boolean, askedAt: number }} Question
 */
import { readChats } from "./api.js";
import { emptyAnswer, isCovered, mergeCursors, sliceFor } from "./cursors.js";
import { HOLD, Poller } from "./poller.js";

const GATHER = 25; // ms in which tabs that just got a reply ask again, to share the next request

class PollHub {
  /** @type {Map<MessagePort, Question>} unanswered, the oldest first */
  #questions = new Map();
  /** @type {import("./cursors.js").Cursors} of the request under way */
  #sent = {};
  #isGathering = false; // whether the next request will include questions that arrive now
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
      const { chats } = await readChats(this.#sent, hold, signal);
      for (const [port, question] of this.#questions) this.#deliver(port, question, chats[question.chatId], hold);
      return Object.keys(chats).length > 0;
    } finally {
      this.#sent = {};
    }
  }

  onLost() {
    for (const port of this.#questions.keys()) port.postMessage({ lost: true });
  }

  /** Each tab asks by itself: one of them may have sent what the server does not understand. */
  onRejected() {
    for (const port of [...this.#questions.keys()]) this.#reply(port, {});
  }

  /** Pass the refusal to all tabs, which back off too and ask again. @param {import("./answers.js").Refused} refusal */
  onBusy({ status, code, message, retryAfter }) {
    const refused = [status, { error: code, message }, retryAfter];
    for (const port of [...this.#questions.keys()]) this.#reply(port, { refused });
  }

  #nextQuestion() {
    return new Promise((resume) => {
      this.#onQuestion = () => resume(undefined);
    });
  }

  /** @param {MessagePort} port @param {Question} question */
  #receive(port, question) {
    this.#questions.delete(port); // it moves to the end of the queue
    this.#questions.set(port, { ...question, askedAt: Date.now() });
    this.#onQuestion();
    if (!question.hold) this.#poller.nudge(question.byPerson);
    else if (!this.#isGathering && !isCovered(this.#sent, question)) this.#poller.restart();
  }

  /**
   * Reply to a tab if the answer has news for it.
   * @param {MessagePort} port @param {Question} question @param {any} update the answer for its chat
   * @param {number} hold
   */
  #deliver(port, question, update, hold) {
    if (update?.error) {
      // Another tab may have a new token already.
      if (question.token === this.#sent[question.chatId]?.token) this.#reply(port, { refused: [403, update, 0] });
      return;
    }
    const answer = update ? sliceFor(update, this.#sent[question.chatId].since, question) : emptyAnswer(question);
    const hasNews = !answer || answer.reset || answer.missed || answer.messages.length || answer.state;
    // Without news, a reply once in a while finds the tabs that are gone: they do not ask again. A tab that
    // gets a reply without an answer polls by itself.
    if (hasNews || !hold || Date.now() - question.askedAt > HOLD * 1000) this.#reply(port, { answer });
  }

  /** @param {MessagePort} port @param {object} reply */
  #reply(port, reply) {
    port.postMessage({ ...reply, number: this.#questions.get(port)?.number });
    this.#questions.delete(port);
  }
}

const hub = new PollHub();
hub.start();
// @ts-expect-error: the type checker assumes a page, not a worker
self.onconnect = ({ ports }) => hub.connect(ports[0]);
