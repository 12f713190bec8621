// Weighs the public journey and the dashboard (page, scripts, styles, the heaviest language) in brotli; fails above a budget.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { brotliCompressSync } from "node:zlib";

const dist = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));

const weights = new Map();
function weigh(file) {
  if (!weights.has(file)) weights.set(file, brotliCompressSync(readFileSync(`${dist}/${file}`)).length);
  return weights.get(file);
}
const sum = (files) => [...files].reduce((total, file) => total + weigh(file), 0);
const print = (bytes, text) => console.log(`${(bytes / 1024).toFixed(1).padStart(7)} KB  ${text}`);
const isLanguage = (name) => name.includes("/messages/");
const isSealed = (name) => name.includes("/sealed/"); // comes for those alone who may seal a tip
const isFiles = (name) => /\/files\/(photo|sending|chosen)\//.test(name); // comes for those alone who add a file
const isKept = (name) => name.includes("/kept/"); // comes for those alone who ask to keep a draft

/** Files that a chunk brings with it: itself, its styles, and what it imports at once. */
function filesOf(manifest, name, found = new Set()) {
  const chunk = manifest[name];
  if (found.has(chunk.file)) return found;
  found.add(chunk.file);
  for (const style of chunk.css ?? []) found.add(style);
  for (const imported of chunk.imports ?? []) filesOf(manifest, imported, found);
  return found;
}

/** A part of the app: `chunks` with what they bring, without what is there `already`, within `budget` KB. */
function part({ title, manifest, pages = [], chunks, languages = [], already = new Set(), budget }) {
  const files = new Set(pages);
  for (const name of chunks) for (const file of filesOf(manifest, name)) files.add(file);
  for (const file of already) files.delete(file);
  for (const file of files) print(weigh(file), file);
  // A reader uses one language: the heaviest counts.
  const ofLanguage = languages.map((name) =>
    sum([...filesOf(manifest, name)].filter((file) => !files.has(file) && !already.has(file))),
  );
  const heaviest = Math.max(0, ...ofLanguage);
  if (languages.length) print(heaviest, `the heaviest of ${languages.length} languages`);
  const total = sum(files) + heaviest;
  print(total, `of ${budget} KB brotli: ${title}\n`);
  if (total > budget * 1024) {
    console.error(`${title}: ${(total / 1024 - budget).toFixed(1)} KB above the budget.`);
    process.exitCode = 1;
  }
  return new Set([...already, ...files]);
}

const manifestOf = (app) => JSON.parse(readFileSync(`${dist}/.vite/${app}.json`, "utf8"));
/** What an entry, or what it imports at once, loads on demand. */
const later = (manifest, entry) =>
  [entry, ...(manifest[entry].imports ?? [])].flatMap((name) => manifest[name].dynamicImports ?? []);

const report = manifestOf("report");
const journey = part({
  title: "the whole public journey, form and receipt page",
  manifest: report,
  pages: ["report.html", "receipt.html", "assets/report/early.js"],
  chunks: [
    "report.html",
    ...later(report, "report.html").filter(
      (name) => !isLanguage(name) && ![isSealed, isKept, isFiles].some((is) => is(name)),
    ),
  ],
  languages: later(report, "report.html").filter(isLanguage),
  budget: 60,
});
part({
  title: "what sealing a tip adds",
  manifest: report,
  chunks: ["src/report/sealed/parts.ts"],
  languages: Object.keys(report).filter((name) => isLanguage(name) && isSealed(name)),
  already: journey,
  budget: 8,
});
part({
  title: "what adding a file adds",
  manifest: report,
  chunks: ["src/report/files/chosen/parts.ts", "src/report/files/sending/tus.ts"],
  languages: Object.keys(report).filter((name) => isLanguage(name) && isFiles(name)),
  already: journey,
  budget: 6,
});
part({
  title: "what keeping a draft adds",
  manifest: report,
  chunks: ["src/report/kept/parts.ts"],
  languages: Object.keys(report).filter((name) => isLanguage(name) && isKept(name)),
  already: journey,
  budget: 5,
});

const review = manifestOf("review");
const languagesOf = (area) => Object.keys(review).filter((name) => name.includes(`/${area}/messages/`));
const first = part({
  title: "the dashboard's first load, up to the sign-in page",
  manifest: review,
  pages: ["review.html"],
  chunks: ["review.html", "src/review/access/sign_in/LoginPage.vue"],
  languages: languagesOf("app"),
  budget: 119,
});
const inbox = part({
  title: "what the inbox adds",
  manifest: review,
  chunks: ["src/review/leads/inbox/LeadsPage.vue"],
  languages: languagesOf("leads"),
  already: first,
  budget: 64,
});
const lead = part({
  title: "what an opened lead adds",
  manifest: review,
  chunks: ["src/review/leads/lead/LeadPage.vue"],
  languages: languagesOf("workflow"),
  already: inbox,
  budget: 24,
});
part({
  title: "what the work beside the verbs adds",
  manifest: review,
  chunks: ["src/review/leads/work/LeadWork.vue"],
  already: lead,
  budget: 10,
});
part({
  title: "what the graph adds, on demand",
  manifest: review,
  chunks: ["src/review/leads/links/LeadGraph.vue"],
  already: lead,
  budget: 130,
});
part({
  title: "what the identity desk adds",
  manifest: review,
  chunks: ["src/review/identity/DeskPage.vue"],
  languages: languagesOf("identity"),
  already: first,
  budget: 22,
});
