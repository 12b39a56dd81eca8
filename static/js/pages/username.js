/** The page that saves a name for all later chats. */
import { isIdentityKept, rememberedName, withIdentity } from "../identity/identity.js";
import { NameForm } from "../identity/name-form.js";
import { byId, nameElement, pageWorks } from "../ui/dom.js";

const NOT_KEPT = "This browser keeps it only until you close this tab.";

const saved = byId("saved");

/**
 * Create or rename this browser's identity.
 * @param {string} username @returns {Promise<string>} the name as the server spells it
 */
const rename = (username) => withIdentity(username, async () => rememberedName());

/** @param {string} username @returns {Promise<boolean>} */
async function save(username) {
  saved.replaceChildren();
  const name = nameElement(await rename(username));
  saved.append("Saved. Friends will see you as ", name, isIdentityKept() ? "." : `. ${NOT_KEPT}`);
  return false;
}

pageWorks();
new NameForm(byId("username-form"), save);
