/**
 * The invitation: the key leaves the address bar before anything else happens, and opens the
 * chat only when a person presses Join. It may stand behind the #, in ?magic_key=, or (when a mail
 * filter rewrote the link) behind a %23 in the path.
 */
import { Refused, joinChat } from "../net/api.js";
import { as } from "./identity.js";
import { NameForm } from "./name-form.js";
import { part } from "../ui/dom.js";
import { keepSession } from "./sessions.js";
import { forThisTab, text } from "./storage.js";
import { DEAD_INVITE, goHome } from "./go-home.js";

const CHAT_PATH = /^\/chat\/(\d+)\/?(?:%23(.*))?$/i;

/** @param {string} chatId */
const record = (chatId) => `watchparty:invitation:${chatId}`;

/** @returns {string} the chat this page is about, empty when the address names none */
export const chatInAddress = () => location.pathname.match(CHAT_PATH)?.[1] ?? "";

/** Move the key from the address to this tab's storage, where a reload finds it. @param {string} chatId */
export function pocketKey(chatId) {
  const key = keyInAddress();
  if (key) forThisTab.write(record(chatId), { key });
  const plain = `/chat/${chatId}`;
  if (location.href !== location.origin + plain) history.replaceState(history.state, "", plain);
}

/** @param {string} chatId */
export const pocketedKey = (chatId) => text(forThisTab.read(record(chatId)).key);

/** @param {string} chatId */
export const dropKey = (chatId) => forThisTab.remove(record(chatId));

/** Show the invitation and resolve once its guest is in. @param {string} chatId @returns {Promise<void>} */
export function inviteIn(chatId) {
  const view = part("invitation");
  return new Promise((arrived) => {
    new NameForm(part("join-form"), async (username) => {
      if (!(await accept(chatId, username))) return true;
      view.hidden = true;
      arrived();
      return true;
    });
    view.hidden = false;
  });
}

/** @param {string} chatId @param {string} username @returns {Promise<boolean>} false: the invite is dead */
async function accept(chatId, username) {
  const invitation = { magic_key: pocketedKey(chatId), username };
  try {
    keepSession(await as(username, (authKey) => joinChat(chatId, authKey, invitation)));
  } catch (error) {
    if (!(error instanceof Refused) || error.status !== 403) throw error;
    dropKey(chatId);
    goHome(DEAD_INVITE);
    return false;
  }
  dropKey(chatId);
  return true;
}

function keyInAddress() {
  const inPath = location.pathname.match(CHAT_PATH)?.[2];
  const inQuery = new URLSearchParams(location.search).get("magic_key");
  const found = inQuery || readable(location.hash.slice(1)) || readable(inPath ?? "");
  return found.match(/[\w-]+/)?.[0] ?? ""; // messengers stretch links
}

/** @param {string} encoded */
function readable(encoded) {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
