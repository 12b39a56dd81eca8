/**
 * Where the reader is. At the bottom the log stays there, whatever grows or shrinks; further up the
 * lines being read don't move, and a button counts what came meanwhile.
 */
import { counted } from "../ui/words.js";

const NEAR = 48; // px from the end that still count as the end

export class Bottom {
  #log;
  #button;
  #following = true;
  #unseen = 0;
  #height = 0;
  #pad = 0;

  /** @param {HTMLElement} log @param {HTMLElement} button */
  constructor(log, button) {
    this.#log = log;
    this.#button = button;
    log.addEventListener("scroll", () => this.#look(), { passive: true });
    button.addEventListener("click", () => this.follow());
    const watch = new ResizeObserver(() => this.#settle());
    watch.observe(log);
  }

  /** Change the log through here. @param {() => void} change @param {number} arrivals messages it brings */
  keep(change, arrivals = 0) {
    const held = this.#following ? [] : this.#visible();
    change();
    if (this.#following) return this.#settle();
    this.#hold(held);
    this.#unseen = Math.min(this.#unseen + arrivals, this.#log.querySelectorAll(".bubble").length);
    this.#show();
  }

  follow() {
    if (document.activeElement === this.#button) this.#log.focus(); // the button is about to vanish
    this.#following = true;
    this.#unseen = 0;
    this.#setPad(0);
    this.#settle();
    this.#show();
  }

  #settle() {
    this.#height = this.#log.clientHeight;
    if (this.#following) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #look() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    if (clientHeight !== this.#height) return; // a keyboard is sliding in; #settle follows
    this.#following = scrollHeight - scrollTop - clientHeight < NEAR;
    if (this.#following && (this.#unseen || this.#pad)) this.follow();
  }

  /** @returns {[Element, number][]} what is in view and where it stands */
  #visible() {
    const { top, bottom } = this.#log.getBoundingClientRect();
    return [...this.#log.querySelectorAll(".bubble")]
      .map((bubble) => ({ bubble, place: bubble.getBoundingClientRect() }))
      .filter(({ place }) => place.bottom > top && place.top < bottom)
      .map(({ bubble, place }) => [bubble, place.top]);
  }

  /** @param {[Element, number][]} held */
  #hold(held) {
    const [bubble, stood] = held.find(([bubble]) => bubble.isConnected) ?? [];
    if (!bubble || stood === undefined) {
      // All that was being read is gone: go on at the oldest that is left.
      this.#setPad(0);
      this.#log.scrollTop = 0;
      return;
    }
    const wanted = this.#log.scrollTop + bubble.getBoundingClientRect().top - stood;
    // Older messages vanish above: an empty space takes their place until the reader is back down.
    if (wanted < 0) this.#setPad(this.#pad - wanted);
    this.#log.scrollTop = Math.max(0, wanted);
  }

  /** @param {number} pad px */
  #setPad(pad) {
    if (pad === this.#pad) return;
    this.#pad = pad;
    this.#log.style.setProperty("--gone", `${pad}px`);
  }

  #show() {
    this.#button.hidden = !this.#unseen;
    this.#button.textContent = counted(this.#unseen, "new message");
  }
}
