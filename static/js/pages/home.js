/** The home page: type a name, start a party. */
import { NOTICE } from "../identity/go-home.js";
import { keepSession, withIdentity } from "../identity/identity.js";
import { NameForm } from "../identity/name-form.js";
import { session, text } from "../identity/storage.js";
import { ask, newKey } from "../net/api.js";
import { byId } from "../ui/dom.js";

let key = newKey(); // so that pressing the button again does not start a second party

/** @param {string} authKey @returns {Promise<import("../net/api.js").Session>} */
const createChat = (authKey) => ask("POST", "/create", { credential: authKey, body: {}, key });

/** @param {string} username @returns {Promise<boolean>} */
async function startParty(username) {
  const created = await withIdentity(username, createChat);
  key = newKey();
  const isKept = keepSession(created);
  // Without storage, the session is lost on the next page: join there with the invitation.
  location.assign(`/chat/${created.chat_id}${isKept ? "" : `#${created.magic_key}`}`);
  return true;
}

new NameForm(byId("start-form"), startParty);

const notice = byId("notice");
notice.textContent = text(session.read(NOTICE).notice); // left by the previous page, shown once
session.remove(NOTICE);
notice.hidden = !notice.textContent;
