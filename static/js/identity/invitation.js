/**
 * The invitation. Its key leaves the address bar before anything else happens, and is used only when a person
 * presses Join. The key may come after the #, in ?magic_key=, or after a %23 in the path (if a mail filter
 * rewrote the link).
 */
import { Refused } from "../net/answers.js";
import { joinChat } from "../net/api.js";
import { byId, el, pageWorks } from "../ui/dom.js";
import { BROKEN_INVITE, DEAD_INVITE, goHome } from "./go-home.js";
import { keepSession, withIdentity } from "./identity.js";
import { NameForm } from "./name-form.js";
import { session, text } from "./storage.js";

const CHAT_PATH = /^\/chat\/([1-9]\d*)\/?(?:%23(.*))?$/i;
const KEY_LENGTH = 33; // characters
const OPENING = "You’re in. Opening the party…";

/** @param {string} chatId */
const record = (chatId) => `watchparty:invitation:${chatId}`;

/** @returns {string} the id of this page's chat, empty if the address has none */
export const chatInAddress = () => location.pathname.match(CHAT_PATH)?.[1] ?? "";

/** Move the key from the address to this tab's storage, which survives a reload. @param {string} chatId */
export function stashKey(chatId) {
  const key = keyIn(keyInAddress());
  if (key) session.write(record(chatId), { key });
  const plain = `/chat/${chatId}`;
  if (location.href !== location.origin + plain) history.replaceState(history.state, "", plain);
}

/** @param {string} chatId */
export const stashedKey = (chatId) => text(session.read(record(chatId)).key);

/** @param {string} chatId */
export const clearKey = (chatId) => session.remove(record(chatId));

/** @param {string} chatId @param {() => Promise<void>} openRoom called after joining */
export function showInvitation(chatId, openRoom) {
  /** @type {HTMLFormElement} */
  const form = byId("join-form");
  const status = el("p", { className: "opening" }, OPENING);
  status.setAttribute("role", "status");
  let hasJoined = false;
  new NameForm(form, async (username) => {
    hasJoined ||= await accept(chatId, username);
    if (!hasJoined) return true;
    form.append(status); // visible only while the room is still loading
    await openRoom().finally(() => status.remove());
    return true;
  });
  byId("invitation").hidden = false;
  pageWorks();
}

/**
 * @param {string} chatId @param {string} username
 * @returns {Promise<boolean>} false if the invitation is no longer valid
 */
async function accept(chatId, username) {
  const invitation = { magic_key: stashedKey(chatId), username };
  try {
    keepSession(await withIdentity(username, (authKey) => joinChat(chatId, authKey, invitation)));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "invalid_invite") throw error;
    const isBroken = invitation.magic_key.length !== KEY_LENGTH;
    clearKey(chatId);
    goHome(isBroken ? BROKEN_INVITE : DEAD_INVITE);
    return false;
  }
  clearKey(chatId);
  return true;
}

function keyInAddress() {
  const inPath = location.pathname.match(CHAT_PATH)?.[2];
  const inQuery = new URLSearchParams(location.search).get("magic_key");
  return inQuery || decoded(location.hash.slice(1)) || decoded(inPath ?? "");
}

/**
 * Keys are letters and digits: messengers append punctuation to links, and break them into lines.
 * @param {string} text @returns {string} empty if there is none
 */
function keyIn(text) {
  return text.replace(/\s+/g, "").match(/[A-Za-z0-9]+/)?.[0] ?? "";
}

/** @param {string} encoded @returns {string} unchanged if it is not valid */
function decoded(encoded) {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
