/** Back to the home page, with a word on why. */
import { forThisTab } from "./storage.js";

export const NOTICE = "watchparty:notice";

export const DEAD_INVITE =
  "That invite link doesn't work any more. Ask for a new one, or start your own party.";
export const NOT_IN_PARTY =
  "You're not in that party any more, or it is over. Ask for an invite link, or start your own party.";
export const NEEDS_INVITE = "To get into a party, open its invite link. Anybody in the party can send you one.";

let farewell = "";

/** We go of our own accord: home says so, whoever notices first. @param {string} notice empty: we stay after all */
export const bidFarewell = (notice) => (farewell = notice);

/** Leave for the home page; the back button skips the page left behind. @param {string} [notice] */
export function goHome(notice) {
  notice = farewell || notice;
  if (notice) forThisTab.write(NOTICE, { notice });
  location.replace("/");
}
