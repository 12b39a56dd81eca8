/** Leave for the home page, which shows a notice that says why. */
import { session } from "./storage.js";

export const NOTICE = "watchparty:notice";

export const DEAD_INVITE =
  "That invite link doesn't work any more. Ask for a new one, or start your own party.";
export const NOT_IN_PARTY =
  "You're not in that party any more, or it is over. Ask for an invite link, or start your own party.";
export const NEEDS_INVITE = "To get into a party, open its invite link. Anybody in the party can send you one.";

let exitNotice = "";

/**
 * Show this notice instead of any other, because we leave on purpose.
 * @param {string} notice empty: we stay after all
 */
export function setExitNotice(notice) {
  exitNotice = notice;
}

/** The back button then skips this page. @param {string} [notice] */
export function goHome(notice) {
  notice = exitNotice || notice;
  if (notice) session.write(NOTICE, { notice });
  location.replace("/");
}
