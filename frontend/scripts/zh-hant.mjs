// Drafts the zh-Hant message files from zh-CN with OpenCC; what its reader corrects goes into READ below.
// `zh-hant.mjs [folder under src]` writes them, `--check` fails on a missing key.
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Converter } from "opencc-js";

const convert = Converter({ from: "cn", to: "tw" });
const check = process.argv.includes("--check");

/** Words that OpenCC's character table gets wrong or that read better otherwise; from reading the drafts. */
const READ = [
  ["覈", "核"],
  ["裏", "裡"],
  ["瞭解", "了解"],
  ["密封后", "密封後"],
  ["賬", "帳"], // one word for one thing, as the taxonomies have it
  ["帳本里", "帳本裡"],
  ["登錄", "登入"],
  ["導出", "匯出"],
  ["信息更正", "資訊更正"],
  ["密鑰", "金鑰"],
  ["銷燬", "銷毀"],
  ["回避", "迴避"],
  ["最多隻", "最多只"],
  ["密封併發送", "密封並傳送"],
  ["串並", "串併"],
  ["迴音", "回音"], // the product's name
  ["“", "「"],
  ["”", "」"],
];

function draft(value) {
  if (typeof value === "string") return READ.reduce((text, [from, to]) => text.replaceAll(from, to), convert(value));
  if (Array.isArray(value)) return value.map(draft);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, draft(inner)]));
}

/** Every message's path. */
function keys(value, prefix = "") {
  if (typeof value === "string") return [prefix];
  return Object.entries(value).flatMap(([key, inner]) => keys(inner, `${prefix}/${key}`));
}

function* sources(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* sources(path);
    else if (name === "zh-CN.json") yield folder;
  }
}

let missing = 0;
const only = process.argv.slice(2).find((word) => !word.startsWith("--")) ?? "";
for (const folder of sources(join(fileURLToPath(new URL("../src", import.meta.url)), only))) {
  const simplified = JSON.parse(readFileSync(join(folder, "zh-CN.json"), "utf8"));
  const target = join(folder, "zh-Hant.json");
  if (check) {
    const have = new Set(keys(JSON.parse(readFileSync(target, "utf8"))));
    for (const key of keys(simplified)) {
      if (have.has(key)) continue;
      missing += 1;
      console.error(`${target}: ${key} is missing`);
    }
  } else {
    writeFileSync(target, `${JSON.stringify(draft(simplified), null, 2)}\n`);
    console.log(target);
  }
}
process.exitCode = missing ? 1 : 0;
