/** The form for "Your name" and one action with it: start, save or join. */
import { query } from "../ui/dom.js";
import { rememberedName } from "./identity.js";

const NO_NAME = "Type a name first, any name.";
const NAME_MAX = 32; // characters (code points)
const TOO_LONG = `That name is too long: use at most ${NAME_MAX} characters.`;

export class NameForm {
  #form;
  #name;
  #problem;
  #act;
  #isBusy = false;

  /**
   * @param {HTMLFormElement} form
   * @param {(username: string) => Promise<boolean>} act true if it leaves the page; the form stays busy until then
   */
  constructor(form, act) {
    this.#form = form;
    this.#name = /** @type {HTMLInputElement} */ (form.elements.namedItem("username"));
    this.#problem = query(form, ".problem");
    this.#act = act;
    this.#name.value = rememberedName();
    /** @type {HTMLButtonElement} */ (query(form, "[type=submit]")).disabled = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#name.addEventListener("input", () => this.#setProblem(""));
    // A page restored from the back/forward cache must not stay busy for ever.
    addEventListener("pageshow", ({ persisted }) => {
      if (persisted) this.#setBusy(false);
    });
  }

  async #submit() {
    if (this.#isBusy) return;
    const username = this.#name.value.trim().normalize();
    if (!username) return this.#setProblem(NO_NAME);
    if ([...username].length > NAME_MAX) return this.#setProblem(TOO_LONG);
    this.#setBusy(true);
    this.#setProblem("");
    let isLeaving = false;
    try {
      isLeaving = await this.#act(username);
    } catch (error) {
      this.#setProblem(error instanceof Error ? error.message : `${error}`);
    }
    if (!isLeaving) this.#setBusy(false);
  }

  /** @param {boolean} isBusy */
  #setBusy(isBusy) {
    this.#isBusy = isBusy;
    this.#form.classList.toggle("is-busy", isBusy);
  }

  /** @param {string} problem empty if there is none */
  #setProblem(problem) {
    this.#problem.textContent = problem;
    if (!problem) return this.#name.removeAttribute("aria-invalid");
    this.#name.setAttribute("aria-invalid", "true");
    this.#name.focus();
  }
}
