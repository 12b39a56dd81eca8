/** The form that asks "Your name" and takes one step with it: start, save or join. */
import { rememberedName } from "./identity.js";

const NAMELESS = "Type a name first, any name.";
const LONGEST = 32; // characters
const TOO_LONG = `That name is too long: ${LONGEST} characters are the most.`;

export class NameForm {
  #form;
  #name;
  #problem;
  #act;
  #busy = false;

  /** @param {HTMLFormElement} form @param {(username: string) => Promise<boolean>} act true: the page is being left */
  constructor(form, act) {
    this.#form = form;
    this.#name = /** @type {HTMLInputElement} */ (form.elements.namedItem("username"));
    this.#problem = /** @type {HTMLElement} */ (form.querySelector(".problem"));
    this.#act = act;
    this.#name.value = rememberedName();
    /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]")).disabled = false;
    form.addEventListener("submit", (event) => (event.preventDefault(), this.#submit()));
    this.#name.addEventListener("input", () => this.#complain(""));
    // A page that comes back from the back/forward cache must not stay busy for ever.
    addEventListener("pageshow", ({ persisted }) => persisted && this.#setBusy(false));
  }

  focus() {
    this.#name.focus();
  }

  async #submit() {
    if (this.#busy) return;
    const username = this.#name.value.trim().normalize();
    if (!username) return this.#complain(NAMELESS);
    if ([...username].length > LONGEST) return this.#complain(TOO_LONG);
    this.#setBusy(true);
    this.#complain("");
    let leaving = false;
    try {
      leaving = await this.#act(username);
    } catch (error) {
      this.#complain(error instanceof Error ? error.message : `${error}`);
    }
    if (!leaving) this.#setBusy(false);
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    this.#form.classList.toggle("is-busy", busy);
  }

  /** @param {string} problem empty: all is well */
  #complain(problem) {
    this.#problem.textContent = problem;
    this.#name.toggleAttribute("aria-invalid", false);
    if (!problem) return;
    this.#name.setAttribute("aria-invalid", "true");
    this.#name.focus();
  }
}
