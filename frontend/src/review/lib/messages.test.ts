// Every language has every message, with the same places to fill in; every part brings the messages that it speaks.
import { expect, test } from "vitest";

type Tree = { [key: string]: string | Tree };

const files = import.meta.glob<Tree>("/src/review/*/messages/*.json", { eager: true, import: "default" });
const sources = import.meta.glob<string>(["/src/review/**/*.vue", "/src/review/**/*.ts", "!/src/review/**/*.test.ts"], {
  eager: true,
  query: "?raw",
  import: "default",
});
const areas = new Set(Object.keys(files).map((path) => path.split("/")[3] ?? ""));

function messages(area: string, language: string): Tree {
  return files[`/src/review/${area}/messages/${language}.json`] ?? {};
}

function flat(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
}

function places(text: string): Set<string> {
  return new Set(text.match(/\{\w+\}/g));
}

test.each(
  [...areas].flatMap(
    (area) =>
      [
        [area, "en"],
        [area, "zh-Hant"],
      ] as const,
  ),
)("%s in %s says everything that zh-CN says", (area, code) => {
  const theirs = new Map(flat(messages(area, code)));
  const chinese = flat(messages(area, "zh-CN"));
  expect(new Set(theirs.keys())).toEqual(new Set(chinese.map(([key]) => key)));
  for (const [key, text] of chinese) expect([key, places(theirs.get(key) ?? "")]).toEqual([key, places(text)]);
});

test("no two areas have a message of the same name", () => {
  const names = [...areas].flatMap((area) => Object.keys(messages(area, "zh-CN")));
  expect(names).toEqual([...new Set(names)]);
});

const areaOf = new Map(
  [...areas].flatMap((area) => Object.keys(messages(area, "zh-CN")).map((name) => [name, area] as const)),
);

/** The path of what a file imports, as `sources` names it; none for a package. */
function resolve(from: string, path: string): string | undefined {
  const whole = new URL(path, `file://${from}`).pathname;
  return [whole, `${whole}.ts`].find((name) => name in sources);
}

/** The areas whose messages a file speaks, with all that it imports at once. */
function spoken(path: string, seen: Set<string>): Set<string> {
  if (seen.has(path)) return new Set();
  seen.add(path);
  const source = sources[path] ?? "";
  const keys = [...source.matchAll(/["'`]([a-zA-Z]+)\.[a-zA-Z$]/g)].map((found) => areaOf.get(found[1] ?? ""));
  const imported = [...source.matchAll(/^import [^(]*? from "(\.[^"]+)"/gms)].flatMap(
    (found) => resolve(path, found[1] ?? "") ?? [],
  );
  return new Set(
    [...keys, ...imported.flatMap((name) => [...spoken(name, seen)])].filter((area) => area !== undefined),
  );
}

const parts = Object.entries(sources).flatMap(([path, source]) =>
  [...source.matchAll(/(?:withMessages\(\[([^\]]*)\], )?\(\) => import\("([^"]+\.vue)"\)/g)].map(
    (found) => [resolve(path, found[2] ?? "") ?? "", (found[1] ?? "").match(/\w+/g) ?? [], path] as const,
  ),
);

test("there are parts that are loaded when they are opened", () => {
  expect(parts.length).toBeGreaterThan(15);
});

test.each(parts)("%s has the messages that it speaks: %s", (part, brought, by) => {
  // A part of a folder is only ever shown within a page that brought the folder's own messages.
  const own = by.startsWith("/src/review/app/") ? [] : [by.split("/")[3] ?? ""];
  const speaks = spoken(part, new Set(["/src/review/app/routes.ts"]));
  expect([...speaks].filter((area) => ![...brought, ...own, "app"].includes(area))).toEqual([]);
});

/** Where a message's name is put together, what it begins with: t(`fields.${name}`). */
const beginnings = Object.values(sources).flatMap((source) =>
  [...source.matchAll(/`([a-zA-Z]+\.[\w.]*)\$\{/g)].map((found) => found[1] ?? ""),
);
const literals = new Set(
  Object.values(sources).flatMap((source) =>
    [...source.matchAll(/["'`]([a-zA-Z]+\.[\w.]+)["'`]/g)].map((found) => found[1]),
  ),
);

test.each([...areas])("%s has no message that nobody speaks", (area) => {
  const keys = flat(messages(area, "zh-CN"))
    .map(([key]) => key)
    .filter((key) => key.includes("."));
  expect(keys.filter((key) => !literals.has(key) && !beginnings.some((start) => key.startsWith(start)))).toEqual([]);
});
