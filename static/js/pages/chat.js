/** The chat page: members see the room, visitors with a key see the invitation, and others are sent home. */
import { authKey, sessionFor } from "../identity/identity.js";
import { NEEDS_INVITE, goHome } from "../identity/go-home.js";
import { chatInAddress, showInvitation, stashKey, stashedKey } from "../identity/invitation.js";
import { Unreachable } from "../net/answers.js";
import { appendLinks, byId } from "../ui/dom.js";

const RETRY = 3000; // ms between two attempts to load the room

/** @type {Promise<typeof import("../chat/parts.js")> | undefined} */
let loading;

/** Load the modules and style sheets of the room; the invitation does not need them. */
function loadRoom() {
  loading ??= importRoom().catch(() => {
    loading = undefined; // the next call tries again
    throw new Unreachable();
  });
  return loading;
}

/** Load the room, however long it takes: without it, a member sees an empty page. */
async function keepLoadingRoom() {
  for (;;) {
    const room = await loadRoom().catch(() => undefined);
    if (room) return room;
    await new Promise((resume) => setTimeout(resume, RETRY));
  }
}

async function importRoom() {
  /** @type {HTMLTemplateElement} */
  const files = byId("room-files");
  const links = /** @type {DocumentFragment} */ (files.content.cloneNode(true)).querySelectorAll("link");
  const [room] = await Promise.all([import("../chat/parts.js"), appendLinks(links)]);
  return room;
}

/** @param {string} chatId */
async function enter(chatId) {
  stashKey(chatId);
  addEventListener("hashchange", () => stashKey(chatId));
  if (sessionFor(chatId)) (await keepLoadingRoom()).openRoom(chatId);
  else if (stashedKey(chatId)) invite(chatId);
  // Without a session in this browser we may still be a member; the server knows.
  else if (authKey()) (await keepLoadingRoom()).openRoomIfMember(chatId);
  else goHome(NEEDS_INVITE);
}

/** @param {string} chatId */
function invite(chatId) {
  showInvitation(chatId, async () => (await loadRoom()).openRoom(chatId));
  loadRoom().catch(() => {}); // while the person types; pressing Join tries again
}

const chatId = chatInAddress();
if (chatId) enter(chatId);
else goHome(NEEDS_INVITE);
