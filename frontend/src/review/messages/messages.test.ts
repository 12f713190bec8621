// Every language has every message, with the same places to fill in.
import { expect, test } from "vitest";
import en from "./en.json";
import zhCN from "./zh-CN.json";
import zhHant from "./zh-Hant.json";

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ""): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" ? [[`${prefix}${key}`, value] as [string, string]] : flat(value, `${prefix}${key}.`),
  );
}

function places(text: string): Set<string> {
  return new Set(text.match(/\{\w+\}/g));
}

test.each([["en", en], ["zh-Hant", zhHant]])("%s says everything that zh-CN says", (_, other) => {
  const theirs = new Map(flat(other));
  expect(new Set(theirs.keys())).toEqual(new Set(flat(zhCN).map(([key]) => key)));
  for (const [key, text] of flat(zhCN)) expect([key, places(theirs.get(key) ?? "")]).toEqual([key, places(text)]);
});
