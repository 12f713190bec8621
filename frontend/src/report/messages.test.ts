// The message files: the same keys and the same places to fill in, in every language.
import { describe, expect, test } from "vitest";

import askedEn from "../review/identity/messages/en.json";
import askedHans from "../review/identity/messages/zh-CN.json";
import askedHant from "../review/identity/messages/zh-Hant.json";
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

// Who stayed anonymous reads what the officer saw who opened the empty envelope: in that officer's page's own words.
test.each([
  ["zh-CN", simplified, askedHans],
  ["zh-Hant", traditional, askedHant],
  ["en", english, askedEn],
])("%s quotes what an empty envelope shows", (_, messages, { identity }) => {
  expect(messages["receipt.openingsMean"]).toContain(identity.anonymous.replace(/[。.]$/, ""));
});

const sources = Object.values(
  import.meta.glob<string>(["/src/report/**/*.vue", "/src/report/**/*.ts", "!/src/report/**/*.test.ts"], {
    eager: true,
    query: "?raw",
    import: "default",
  }),
);

test("there is no message that nobody speaks", () => {
  const literals = new Set(
    sources.flatMap((source) => [...source.matchAll(/["'`]([a-zA-Z]+\.[\w.]+)["'`]/g)].map((found) => found[1])),
  );
  const beginnings = sources.flatMap((source) =>
    [...source.matchAll(/`([a-zA-Z]+\.[\w.]*)\$\{/g)].map((found) => found[1] ?? ""),
  );
  const keys = Object.keys(simplified).filter((key) => key.includes("."));
  expect(keys.filter((key) => !literals.has(key) && !beginnings.some((start) => key.startsWith(start)))).toEqual([]);
});
