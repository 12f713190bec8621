// Languages, labels and messages: the small helpers that every text on a page goes through.
import { expect, test } from "vitest";

import { languageFromUrl, withLanguage } from "./language";
import { fillIn } from "./messages";
import { labelOf, termsOf, type Taxonomies } from "./taxonomies";

const taxonomies: Taxonomies = {
  version: 1,
  terms: { conduct: [{ code: "gambling_den", zh_cn: "开设赌场", zh_hant: "開設賭場", en: "Gambling den" }] },
};

test("labels come from the register, in the reader's language", () => {
  expect(labelOf(taxonomies, "conduct", "gambling_den", "zh-Hant")).toBe("開設賭場");
  expect(labelOf(taxonomies, "conduct", "gambling_den", "en")).toBe("Gambling den");
});

test("an unknown code is shown as it is, none as nothing", () => {
  expect(labelOf(taxonomies, "conduct", "brand_new", "en")).toBe("brand_new");
  expect(labelOf(null, "conduct", "gambling_den", "en")).toBe("gambling_den");
  expect(labelOf(taxonomies, "conduct", null, "en")).toBe("");
  expect(termsOf(taxonomies, "sector")).toEqual([]);
});

test("the language lives in the address, the default one without a word", () => {
  expect(languageFromUrl("?lang=en")).toBe("en");
  expect(languageFromUrl("?lang=xx")).toBeNull();
  expect(withLanguage("/receipt?lang=en", "zh-Hant")).toBe("/receipt?lang=zh-Hant");
  expect(withLanguage("/?lang=en#story", "zh-CN")).toBe("/#story");
});

test("values are filled in, and a forgotten one stays visible", () => {
  expect(fillIn("{count} of {limit}", { count: 3, limit: 5 })).toBe("3 of 5");
  expect(fillIn("{count} of {limit}", { count: 0 })).toBe("0 of {limit}");
});

test("marks of direction turn nothing round but the value that they stand in", () => {
  expect(fillIn("{name} 已送达", { name: "a\u202egpj.exe" })).toBe("\u2068a\u202egpj.exe\u2069 已送达");
  expect(fillIn("{name} 已送达", { name: "a\u2069\u202eb" })).toBe("\u2068a\u202eb\u2069 已送达");
  expect(fillIn("{name} 已送达", { name: "张三" })).toBe("张三 已送达");
});
