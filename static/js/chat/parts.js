/**
 * The room: one chat, and the parts of the page that show it. To add a part, add it to the list: each is
 * given the room and subscribes to its events (see chat/room.js).
 */
import { pageWorks } from "../ui/dom.js";
import { Composer } from "./composer.js";
import { ConnectionStatus } from "./connection-status.js";
import { Header } from "./header.js";
import { InviteField } from "./invite-field.js";
import { LazyExpiryNotice, LazyHostTools } from "./lazy-parts.js";
import { Room } from "./room.js";
import { Transcript } from "./transcript.js";

const PARTS = [Header, ConnectionStatus, InviteField, Transcript, Composer, LazyExpiryNotice, LazyHostTools];

/** Show the room at once, and fill it when the server answers. @param {string} chatId */
export function openRoom(chatId) {
  const room = create(chatId);
  room.follow();
  room.show();
}

/** Show the room if the server says that we are a member. @param {string} chatId */
export const openRoomIfMember = (chatId) => create(chatId).follow();

/** @param {string} chatId */
function create(chatId) {
  pageWorks();
  const room = new Room(chatId);
  for (const Part of PARTS) new Part(room);
  return room;
}
