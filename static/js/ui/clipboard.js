/** Copy to the clipboard, also over plain HTTP in a home network, where browsers hide the Clipboard API. */

/** @param {string} text @returns {Promise<boolean>} whether it was copied */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** @param {string} text */
function copyBySelection(text) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  const box = document.createElement("textarea");
  box.value = text;
  box.readOnly = true; // so that no on-screen keyboard pops up
  box.className = "off-screen";
  (focused?.closest("dialog") ?? document.body).append(box); // outside an open modal dialog nothing can be selected
  box.select();
  const copied = document.execCommand("copy");
  box.remove();
  focused?.focus();
  return copied;
}
