/** Web addresses become links without the punctuation around them; everything else stays text. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { linkify } from "../../static/js/ui/linkify.js";

class Anchor {
  /** @param {string} address */
  set href(address) {
    this.address = new URL(address).href;
  }

  get href() {
    return this.address;
  }
}

// @ts-ignore
globalThis.document = { createElement: () => new Anchor() };

/** Returns the pieces of a text, each link as a list. @param {string} text */
const pieces = (text) =>
  linkify(text)
    .map((piece) => (typeof piece === "string" ? piece : [piece.textContent]))
    .filter((piece) => piece !== "");

test("an address is a link, and the text around it stays", () => {
  assert.deepEqual(pieces("see https://example.org/film now"), ["see ", ["https://example.org/film"], " now"]);
  assert.deepEqual(pieces("http://a.example\nhttps://b.example"), [["http://a.example"], "\n", ["https://b.example"]]);
  assert.deepEqual(pieces("HTTPS://EXAMPLE.ORG/Film"), [["HTTPS://EXAMPLE.ORG/Film"]]);
  assert.deepEqual(pieces("https://[::1]:8000/x"), [["https://[::1]:8000/x"]]);
  assert.deepEqual(pieces("🎬https://example.org/🎬"), ["🎬", ["https://example.org/🎬"]]);
});

const SENTENCES = {
  "https://example.org/film.": "https://example.org/film",
  "https://example.org/?q=1&r=2#end, right?": "https://example.org/?q=1&r=2#end",
  "https://example.org/really?!…": "https://example.org/really",
  "(http://example.org/a_(film))": "http://example.org/a_(film)",
  "(see http://example.org/b).": "http://example.org/b",
  "http://example.org/a_(film)_(1999)": "http://example.org/a_(film)_(1999)",
  "([https://example.org/[a](b)).]!": "https://example.org/[a](b)",
  "{https://example.org/{id}}": "https://example.org/{id}",
  "https://example.org/(open": "https://example.org/(open",
  '"https://example.org/quoted"': "https://example.org/quoted",
  "„https://example.org/zitat“": "https://example.org/zitat",
  "«https://example.org/citation»": "https://example.org/citation",
  "<https://example.org/angle>": "https://example.org/angle",
  "*https://example.org/bold*": "https://example.org/bold",
  "https://пример.example/привет!": "https://пример.example/привет",
  "https://example.org/مرحبا…": "https://example.org/مرحبا",
  "「https://example.org/映画」。": "https://example.org/映画",
  "https://example.org/wiki/Schindler's_List": "https://example.org/wiki/Schindler's_List",
  "https://example.org/wiki/Schindler’s_List": "https://example.org/wiki/Schindler’s_List",
  "'https://example.org/quoted'": "https://example.org/quoted",
  "https://example.org/Foo_": "https://example.org/Foo_",
  "_https://example.org/emphasized_": "https://example.org/emphasized",
  "_https://example.org/a_看_!": "https://example.org/a_看",
  "_https://example.org/b_看": "https://example.org/b_看",
  "看这个https://example.org/中": "https://example.org/中",
  "ここhttps://example.org/": "https://example.org/",
  "여기https://example.org/": "https://example.org/",
  "https://example.org/a\u202eexe.piz": "https://example.org/a", // a link has no character that reverses the text
};

test("the text after an address is kept", () => {
  for (const [text, address] of Object.entries(SENTENCES)) {
    const links = pieces(text).filter((piece) => typeof piece !== "string");
    assert.deepEqual(links, [[address]], text);
  }
});

const TEXTS = [
  "",
  "hello",
  "javascript:alert(1)",
  "JaVaScRiPt://example.org/%0aalert(1)",
  "data:text/html,<script>alert(1)</script>",
  "file:///etc/passwd",
  "ftp://example.org/",
  "www.example.org",
  "https://",
  "https://.",
  "https://...",
  "https://[oops",
  "https://exa%mple.org",
  "xhttps://example.org",
  "яhttps://example.org",
  "𝔘https://example.org", // a letter of two code units
  "1https://example.org",
  "https://user@example.org/",
  "https://:secret@example.org/",
  "https://bank.example:secret@elsewhere.example/",
];

test("a text without a safe web address has no link", () => {
  for (const text of TEXTS) assert.deepEqual(pieces(text), text ? [text] : [], text);
});

test("no character is lost or moved", () => {
  for (const text of [...TEXTS, ...Object.keys(SENTENCES)])
    assert.equal(pieces(text).flat().join(""), text);
});

test("a link opens in a new tab, sends no referrer, and shows its true host", () => {
  const [, link] = linkify("https://пример.example/привет");
  assert.equal(link.href, "https://xn--e1afmkfd.example/%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82");
  assert.equal(link.title, link.href);
  assert.equal(link.target, "_blank");
  assert.deepEqual(new Set(link.rel.split(" ")), new Set(["noopener", "noreferrer", "nofollow", "ugc"]));
});

test("thousands of brackets do not slow `linkify` down", { timeout: 1000 }, () => {
  const text = `https://example.org/closed${")".repeat(50_000)}`;
  assert.deepEqual(pieces(text)[0], ["https://example.org/closed"]);
});
