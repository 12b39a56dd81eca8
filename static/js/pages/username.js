/** The page that keeps a name for every later chat. */
import { as, rememberedName } from "../identity/identity.js";
import { NameForm } from "../identity/name-form.js";
import { part } from "../ui/dom.js";

const saved = part("saved");

/** Make or rename the identity. @param {string} username @returns {Promise<string>} the name as the server spells it */
const goBy = (username) => as(username, async () => rememberedName());

/** @param {string} username @returns {Promise<boolean>} */
async function save(username) {
  saved.replaceChildren();
  const name = document.createElement("bdi");
  name.textContent = await goBy(username);
  saved.append("Saved. Friends will see you as ", name, ".");
  return false;
}

new NameForm(part("username-form"), save);
