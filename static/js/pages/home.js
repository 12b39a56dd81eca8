/** The home page: type a name, start a party. */
import { NOTICE } from "../identity/go-home.js";
import { keepSession, withIdentity } from "../identity/identity.js";
import { NameForm } from "../identity/name-form.js";
import { session, text } from "../identity/storage.js";
import { createChat, newKey } from "../net/api.js";
import { byId, el, pageWorks } from "../ui/dom.js";

let key = newKey(); // so that pressing the button again does not start a second party

/** @param {string} username @returns {Promise<boolean>} */
async function startParty(username) {
  const created = await withIdentity(username, (authKey) => createChat(authKey, key));
  key = newKey();
  const page = `/chat/${created.chat_id}`;
  if (keepSession(created)) location.assign(page);
  else session.carry(page);
  return true;
}

pageWorks();
new NameForm(byId("start-form"), startParty);

const notice = byId("notice");
const left = session.read(NOTICE); // by the previous page, shown once
notice.textContent = text(left.notice);
if (left.unsent) notice.append(el("br"), "Not sent: ", el("q", {}, text(left.unsent)));
session.remove(NOTICE);
notice.hidden = !notice.textContent;
