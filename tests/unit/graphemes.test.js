/** Characters are counted as people see them. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { firstGrapheme, graphemes, onlyEmoji } from "../../static/js/ui/graphemes.js";

const FAMILY = "👩‍👩‍👧‍👦";
const ENGLAND = "🏴󠁧󠁢󠁥󠁮󠁧󠁿";
const NORWAY = "🇳🇴";
const LONE_SURROGATE = "\ud83d";

test("one visible character counts as one", () => {
  for (const one of [FAMILY, ENGLAND, NORWAY, "👨🏿‍🦰", "1️⃣", "e\u0301", "Z͑ͫ̓ͪ̂ͫ̽͏", "한", "नि", "\r\n", LONE_SURROGATE])
    assert.deepEqual(graphemes(one), [one]);
});

test("a text is cut between its characters and nowhere else", () => {
  assert.deepEqual(graphemes(`a${FAMILY}${NORWAY}🇧🇷e\u0301`), ["a", FAMILY, NORWAY, "🇧🇷", "e\u0301"]);
  assert.deepEqual(graphemes("مح"), ["م", "ح"]);
  assert.deepEqual(graphemes(""), []);
});

test("a name's first character is whole, and in upper case where the script has it", () => {
  assert.equal(firstGrapheme("åse"), "Å");
  assert.equal(firstGrapheme("e\u0301mile"), "E\u0301");
  assert.equal(firstGrapheme("ßen"), "SS");
  assert.equal(firstGrapheme("𐐨x"), "𐐀"); // two code units
  assert.equal(firstGrapheme(`${FAMILY} Smith`), FAMILY);
  assert.equal(firstGrapheme("花子"), "花");
  assert.equal(firstGrapheme("محمد"), "م");
  assert.equal(firstGrapheme(""), "");
});

test("one to three emoji and nothing else are only emoji", () => {
  for (const text of ["🎬", FAMILY, `${FAMILY}${ENGLAND}${NORWAY}`, "🫱🏻‍🫲🏿", "❤️", "🎾 🍝\n🎬"])
    assert.equal(onlyEmoji(text, 3), true, text);
});

test("a text with anything else is not only emoji", () => {
  for (const text of ["", "a", "🎬!", "🎬 ok", "🎬🎬🎬🎬", "12", "#", "*", "مرحبا", LONE_SURROGATE, "\u0301"])
    assert.equal(onlyEmoji(text, 3), false, JSON.stringify(text));
});

test("a long text never counts as only emoji", () => {
  assert.equal(onlyEmoji(" ".repeat(1000) + "🎬", 3), false);
  assert.equal(onlyEmoji("👩" + "\u200d👩".repeat(1000), 3), false);
});

test("without Intl.Segmenter, code points are the characters", async () => {
  const { Segmenter } = Intl;
  // @ts-ignore
  Intl.Segmenter = undefined;
  const old = await import("../../static/js/ui/graphemes.js?old");
  Intl.Segmenter = Segmenter;
  assert.deepEqual(old.graphemes("a🎬b"), ["a", "🎬", "b"]);
  assert.equal(old.firstGrapheme("𐐨x"), "𐐀");
  assert.equal(old.onlyEmoji("🎬🎬", 3), true);
});
