// Weighs the public journey (page, scripts, styles, one language) in brotli and fails above the budget.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const BUDGET_KB = 60;
const dist = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));
const manifest = JSON.parse(readFileSync(`${dist}/.vite/report.json`, "utf8"));

const weights = new Map();
function weigh(file) {
  if (!weights.has(file)) weights.set(file, brotliCompressSync(readFileSync(`${dist}/${file}`)).length);
  return weights.get(file);
}

/** Files that a chunk brings with it: itself, its styles, and what it imports at once. */
function filesOf(name, found = new Set()) {
  const chunk = manifest[name];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const imported of chunk.imports ?? []) filesOf(imported, found);
  return found;
}

const entry = manifest["report.html"];
const always = new Set(["report.html", "receipt.html", ...filesOf("report.html")]);
const isLanguage = (name) => name.includes("/messages/");
const languages = [];
for (const name of entry.dynamicImports ?? []) {
  if (isLanguage(name)) languages.push([...filesOf(name)].filter((file) => !always.has(file)));
  else for (const file of filesOf(name)) always.add(file);
}

let total = 0;
const print = (bytes, text) => console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${text}`);
for (const file of always) {
  total += weigh(file);
  print(weigh(file), file);
}
// A reader uses one language: the heaviest counts.
const heaviest = Math.max(0, ...languages.map((files) => files.reduce((sum, file) => sum + weigh(file), 0)));
print(heaviest, `the heaviest of ${languages.length} languages`);
total += heaviest;
print(total, `of ${BUDGET_KB} KB brotli: the whole public journey, form and receipt page`);
if (total > BUDGET_KB * 1024) {
  console.error(`The public app is ${((total / 1024) - BUDGET_KB).toFixed(1)} KB above its budget.`);
  process.exitCode = 1;
}
