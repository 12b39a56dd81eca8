/** The home page: a name, and a party is on. */
import { ask } from "./api.js";
import { as } from "./identity.js";
import { newKey } from "./keys.js";
import { NameForm } from "./name-form.js";
import { part } from "./page.js";
import { keepSession } from "./sessions.js";
import { forThisTab, text } from "./storage.js";
import { NOTICE } from "./way-home.js";

let key = newKey(); // of one party, however often it takes to press

/** @param {string} authKey @returns {Promise<import("./api.js").Session>} */
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
