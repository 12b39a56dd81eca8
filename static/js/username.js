/** The page that keeps a name for every later chat. */
import { goBy } from "./identity.js";
import { NameForm } from "./name-form.js";
import { part } from "./page.js";

const saved = part("saved");

/** @param {string} username @returns {Promise<boolean>} */
async function save(username) {
  saved.replaceChildren();
  const name = document.createElement("bdi");
  name.textContent = await goBy(username);
  saved.append("Saved. Friends will see you as ", name, ".");
  return false;
}

new NameForm(part("username-form"), save);
