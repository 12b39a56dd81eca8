/** Idempotency keys: what is sent twice under one key happens once. */

const KEY_SIZE = 16; // bytes

export const newKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(KEY_SIZE)), (byte) => byte.toString(16).padStart(2, "0")).join("");
