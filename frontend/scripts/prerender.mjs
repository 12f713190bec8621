// Writes the public app's two pages as static HTML, so that they can be read before the script has come:
// dist/report.html for `/` and dist/receipt.html for `/receipt`.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { createServer } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = process.argv[2] ?? `${root}/dist`;
const EMPTY = '<div id="app"></div>';
const PAGES = { "/": "report.html", "/receipt": "receipt.html" };

const shell = readFileSync(`${dist}/report.html`, "utf8");
if (!shell.includes(EMPTY)) throw new Error(`report.html has no ${EMPTY} to fill`);

const server = { middlewareMode: true, ws: false };
const vite = await createServer({ root, mode: "report", appType: "custom", server, logLevel: "error" });
try {
  const { prerender } = await vite.ssrLoadModule("/src/report/prerender.ts");
  for (const [path, file] of Object.entries(PAGES)) {
    // Vue's markers (<!--[-->) are for hydration; the script renders anew, so they are only weight.
    const body = (await prerender(path)).replaceAll(/<!--.*?-->/gs, "");
    if (/ style=| on[a-z]+=/i.test(body))
      throw new Error(`${path} has inline style or script, which the page's policy forbids`);
    writeFileSync(`${dist}/${file}`, shell.replace(EMPTY, `<div id="app">${body}</div>`));
  }
} finally {
  await vite.close();
}
