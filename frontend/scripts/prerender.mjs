// Puts the public app's first page into dist/report.html, so that it can be read before the script has come.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = process.argv[2] ?? `${root}/dist`;
const vite = await createServer({ root, mode: "report", appType: "custom", server: { middlewareMode: true, ws: false }, logLevel: "error" });
try {
  const { firstPage } = await vite.ssrLoadModule("/src/report/prerender.ts");
  const page = `${dist}/report.html`;
  const empty = '<div id="app"></div>';
  const html = readFileSync(page, "utf8");
  if (!html.includes(empty)) throw new Error(`${page} has no ${empty} to fill`);
  // Vue's markers (<!--[-->) are for hydration; the script renders anew, so they are only weight.
  const body = (await firstPage()).replaceAll(/<!--.*?-->/gs, "");
  if (/ style=| on[a-z]+=/i.test(body)) throw new Error("the first page has inline style or script: its policy forbids both");
  writeFileSync(page, html.replace(empty, `<div id="app">${body}</div>`));
} finally {
  await vite.close();
}
