/** The chat page decides what it is: a room, an invitation, or nothing for this visitor. */
import { authKey } from "../identity/identity.js";
import { chatInAddress, inviteIn, pocketKey, pocketedKey } from "../identity/invitation.js";
import { Room } from "../chat/room.js";
import { sessionFor } from "../identity/sessions.js";
import { NEEDS_INVITE, goHome } from "../identity/go-home.js";

/** @param {string} chatId */
async function enter(chatId) {
  pocketKey(chatId);
  addEventListener("hashchange", () => pocketKey(chatId));
  if (sessionFor(chatId)) return new Room(chatId).open();
  if (pocketedKey(chatId)) {
    await inviteIn(chatId);
    return new Room(chatId).open();
  }
  // No key of this chat, but perhaps a member all the same: the server knows.
  if (authKey()) return new Room(chatId).openIfMember();
  goHome(NEEDS_INVITE);
}

const chatId = chatInAddress();
if (chatId) enter(chatId);
else goHome(NEEDS_INVITE);
