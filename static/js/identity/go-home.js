/** Leaving for the home page, with a notice there that says why. */
import { session } from "./storage.js";

export const NOTICE = "watchparty:notice";

export const DEAD_INVITE =
  "That invite link doesn't work any more. Ask for a new one, or start your own party.";
export const NOT_IN_PARTY =
  "You're not in that party any more, or it is over. Ask for an invite link, or start your own party.";
export const LEFT = "You left the party.";
export const BROKEN_INVITE =
  "That invite link is incomplete: something was lost on its way. Ask for it again, and copy all of it.";

/** Why a party is over for us, by the code of the refusal. @type {Record<string, string>} */
export const ENDINGS = {
  burned: "The host ended the party. Nothing of it is left.",
  removed: "You were removed from the party. To come back, ask for an invite link.",
};

export const NEEDS_INVITE = "To get into a party, open its invite link. Anybody in the party can send you one.";

let exitNotice = "";

/**
 * Have the next `goHome` show this notice, whatever notice it gets: we leave on purpose.
 * @param {string} notice empty if we stay after all
 */
export function setExitNotice(notice) {
  exitNotice = notice;
}

/**
 * Replace this page by the home page, so that the back button skips it.
 * @param {string} [notice] @param {string[]} [unsent] messages that were not sent, and now never are
 */
export function goHome(notice, unsent = []) {
  notice = exitNotice || notice;
  if (notice) session.write(NOTICE, { notice, unsent: unsent.join("\n") });
  session.carry("/");
}
