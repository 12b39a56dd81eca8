/** Leaving for the home page, with a notice there that says why. */
import { session } from "./storage.js";

export const NOTICE = "watchparty:notice";

export const DEAD_INVITE =
  "That invite link doesn't work any more. Ask for a new one, or start your own party.";
export const NOT_IN_PARTY =
  "You're not in that party any more, or it is over. Ask for an invite link, or start your own party.";
export const NEEDS_INVITE = "To get into a party, open its invite link. Anybody in the party can send you one.";

let exitNotice = "";

/**
 * Have the next `goHome` show this notice, whatever notice it gets: we leave on purpose.
 * @param {string} notice empty if we stay after all
 */
export function setExitNotice(notice) {
  exitNotice = notice;
}

/** Replace this page by the home page, so that the back button skips it. @param {string} [notice] */
export function goHome(notice) {
  notice = exitNotice || notice;
  if (notice) session.write(NOTICE, { notice });
  location.replace("/");
}
