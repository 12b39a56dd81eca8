/** Who this browser is, across chats: one auth_key and the name it goes by. */
import { Refused, introduce } from "../net/api.js";
import { forGood, secret, text } from "./storage.js";

const ME = "watchparty:me";

export const rememberedName = () => text(forGood.read(ME).username);
export const authKey = () => secret(forGood.read(ME).auth_key);

/**
 * Take a step under this name. A key the server doesn't know any more is replaced silently, once.
 * @template T @param {string} username @param {(authKey: string) => Promise<T>} step @returns {Promise<T>}
 */
export async function as(username, step) {
  try {
    return await step(await keyFor(username));
  } catch (error) {
    if (!(error instanceof Refused) || error.code !== "invalid_credentials") throw error;
    forGood.remove(ME);
    return step(await keyFor(username));
  }
}

/** @param {string} username */
async function keyFor(username) {
  const known = authKey();
  if (known && username === rememberedName()) return known;
  const { auth_key, username: spelled } = await introduce(username, known);
  forGood.write(ME, { auth_key, username: spelled });
  return auth_key;
}
