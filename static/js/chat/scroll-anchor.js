/**
 * Keeps the reader's place in the log. A log that is scrolled to the end stays there, whatever grows or shrinks.
 * Further up, the messages in view don't move, and a button counts the new ones.
 */
import { counted } from "../ui/format.js";

const END_ZONE = 48; // px from the end that still count as the end

export class ScrollAnchor {
  #log;
  #button;
  #isFollowing = true;
  #unseen = 0;
  #height = 0;
  #padding = 0;

  /** @param {HTMLElement} log @param {HTMLElement} button */
  constructor(log, button) {
    this.#log = log;
    this.#button = button;
    log.addEventListener("scroll", () => this.#onScroll(), { passive: true });
    button.addEventListener("click", () => this.follow());
    new ResizeObserver(() => this.#toEnd()).observe(log);
  }

  /** Change the log, and keep the reader's place. @param {() => void} change @param {number} arrivals new messages */
  keep(change, arrivals) {
    const inView = this.#isFollowing ? [] : this.#bubblesInView();
    change();
    if (this.#isFollowing) return this.#toEnd();
    this.#restore(inView);
    this.#unseen = Math.min(this.#unseen + arrivals, this.#log.querySelectorAll(".bubble").length);
    this.#showButton();
  }

  /** Go to the end and stay there. */
  follow() {
    if (document.activeElement === this.#button) this.#log.focus(); // the button is about to vanish
    this.#isFollowing = true;
    this.#unseen = 0;
    this.#setPadding(0);
    this.#toEnd();
    this.#showButton();
  }

  #toEnd() {
    this.#height = this.#log.clientHeight;
    if (this.#isFollowing) this.#log.scrollTop = this.#log.scrollHeight;
  }

  #onScroll() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    if (clientHeight !== this.#height) return; // an on-screen keyboard opens; the ResizeObserver handles it
    this.#isFollowing = scrollHeight - scrollTop - clientHeight < END_ZONE;
    if (this.#isFollowing && (this.#unseen || this.#padding)) this.follow();
  }

  /** @returns {[Element, number][]} with the distance from the top of the window, in px */
  #bubblesInView() {
    const { top, bottom } = this.#log.getBoundingClientRect();
    return [...this.#log.querySelectorAll(".bubble")]
      .map((bubble) => ({ bubble, box: bubble.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > top && box.top < bottom)
      .map(({ bubble, box }) => [bubble, box.top]);
  }

  /** @param {[Element, number][]} inView before the change */
  #restore(inView) {
    const [bubble, top] = inView.find(([bubble]) => bubble.isConnected) ?? [];
    if (!bubble || top === undefined) {
      // All messages that were in view are gone: show the oldest one that is left.
      this.#setPadding(0);
      this.#log.scrollTop = 0;
      return;
    }
    const wanted = this.#log.scrollTop + bubble.getBoundingClientRect().top - top;
    // Older messages above were removed: padding takes their place until the reader is back at the end.
    if (wanted < 0) this.#setPadding(this.#padding - wanted);
    this.#log.scrollTop = Math.max(0, wanted);
  }

  /** @param {number} padding px */
  #setPadding(padding) {
    if (padding === this.#padding) return;
    this.#padding = padding;
    this.#log.style.setProperty("--removed", `${padding}px`);
  }

  #showButton() {
    this.#button.hidden = !this.#unseen;
    this.#button.textContent = counted(this.#unseen, "new message");
  }
}
