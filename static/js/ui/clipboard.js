/** Copying, also on plain http in a home network, where browsers hide the clipboard API. */

/** @param {string} text @returns {Promise<boolean>} whether it is in the clipboard */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyTheOldWay(text);
  }
}

/** @param {string} text */
function copyTheOldWay(text) {
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  const carrier = document.createElement("textarea");
  carrier.value = text;
  carrier.readOnly = true; // so that no keyboard pops up
  carrier.className = "off-stage";
  (before?.closest("dialog") ?? document.body).append(carrier); // beside an open dialog nothing can be selected
  carrier.select();
  const copied = document.execCommand("copy");
  carrier.remove();
  before?.focus();
  return copied;
}
