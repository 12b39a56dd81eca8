/** Links the module named on the command line without running it, and prints every file that it loads. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { SourceTextModule } from "node:vm";

/** @type {Map<string, Promise<SourceTextModule>>} */
const modules = new Map();

/** @param {string} url */
function load(url) {
  const read = async () => new SourceTextModule(await readFile(fileURLToPath(url), "utf-8"), { identifier: url });
  if (!modules.has(url)) modules.set(url, read());
  return modules.get(url);
}

const entry = await load(pathToFileURL(resolve(process.argv[2])).href);
await entry.link((address, from) => load(new URL(address, from.identifier).href));
console.log(JSON.stringify([...modules.keys()].map((url) => fileURLToPath(url))));
