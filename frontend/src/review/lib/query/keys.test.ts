// Keys of kept answers come from one file: a key spelled twice is one day spelled in two ways.
import { expect, test } from "vitest";
import { queryKeys } from "./keys";

const sources = import.meta.glob<string>(["/src/review/**/*.{ts,vue}", "!/src/review/lib/query/*.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});

test("no part of the dashboard writes a key of its own", () => {
  const written = /queryKey: *(?:computed\(\(\) => *)?\[|(?:get|set)Quer(?:y|ies)Data(?:<[^(]*>)?\(\[|fetchQuery\(\[/;
  expect(Object.keys(sources).length).toBeGreaterThan(100);
  expect(
    Object.entries(sources)
      .filter(([, text]) => written.test(text))
      .map(([path]) => path),
  ).toEqual([]);
});

test("what belongs to a lead goes with it, and what several parts read is renewed together", () => {
  const lead = queryKeys.lead("l1");
  for (const part of [
    queryKeys.links("l1"),
    queryKeys.graph("l1", 2),
    queryKeys.checklist("l1"),
    queryKeys.leadIdentity("l1"),
    queryKeys.leadRetention("l1"),
  ]) {
    expect(part.slice(0, lead.length)).toEqual(lead);
  }
  expect(queryKeys.graph("l1", 1).slice(0, 3)).toEqual(queryKeys.graphs("l1"));
  expect(queryKeys.unread.slice(0, 1)).toEqual(queryKeys.mentions);
  expect(queryKeys.myShares.slice(0, 1)).toEqual(queryKeys.keyShares);
});

test("no two names stand for one key", () => {
  const plain = Object.values(queryKeys)
    .filter((key) => Array.isArray(key))
    .map((key) => JSON.stringify(key));
  expect(plain).toEqual([...new Set(plain)]);
});
