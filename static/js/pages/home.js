/** The home page: a name, and a party is on. */
import { ask } from "../net/api.js";
import { as } from "../identity/identity.js";
import { newKey } from "../net/keys.js";
import { NameForm } from "../identity/name-form.js";
import { part } from "../ui/dom.js";
import { keepSession } from "../identity/sessions.js";
import { forThisTab, text } from "../identity/storage.js";
import { NOTICE } from "../identity/go-home.js";

let key = newKey(); // of one party, however often it takes to press

/** @param {string} authKey @returns {Promise<import("../net/api.js").Session>} */
const createChat = (authKey) => ask("POST", "/create", { credential: authKey, body: {}, key });

/** @param {string} username @returns {Promise<boolean>} */
async function startParty(username) {
  const session = await as(username, createChat);
  key = newKey();
  const kept = keepSession(session);
  // A browser that keeps nothing walks in by its own invitation.
  location.assign(`/chat/${session.chat_id}${kept ? "" : `#${session.magic_key}`}`);
  return true;
}

new NameForm(part("start-form"), startParty);

const notice = part("notice");
notice.textContent = text(forThisTab.read(NOTICE).notice); // what the last page wanted said, once
forThisTab.remove(NOTICE);
notice.hidden = !notice.textContent;
