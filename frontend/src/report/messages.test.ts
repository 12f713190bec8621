// The message files: the same keys and the same places to fill in, in every language.
import { describe, expect, test } from "vitest";

import english from "./messages/en.json";
import simplified from "./messages/zh-CN.json";
import traditional from "./messages/zh-Hant.json";

const places = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();

describe.each([
  ["en", english],
  ["zh-Hant", traditional],
])("%s", (_, messages) => {
  test("has exactly the keys of zh-CN", () => {
    expect(Object.keys(messages)).toEqual(Object.keys(simplified));
  });

  test("fills in the same values", () => {
    const pairs = Object.entries(messages).map(([key, text]) => [key, places(text)]);
    expect(pairs).toEqual(Object.entries(simplified).map(([key, text]) => [key, places(text)]));
  });

  test("leaves no text empty", () => {
    expect(Object.values(messages).filter((text) => !text.trim())).toEqual([]);
  });
});
