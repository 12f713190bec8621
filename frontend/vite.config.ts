// Builds the two entries, each on its own: report.html (public form and receipt page) and review.html (dashboard).
import vue from "@vitejs/plugin-vue";
import ElementPlus from "unplugin-element-plus/vite";
import { defineConfig } from "vitest/config";
import verbForms from "./scripts/verbForms.ts";

const api = process.env.HUIYIN_API ?? "http://127.0.0.1:8000";

export default defineConfig(({ mode }) => ({
  plugins: [vue(), ElementPlus({}), verbForms()],
  // `npm run build` runs once per entry (--mode): a shared chunk would bring the dashboard's needs to the public page.
  build: {
    target: "es2022",
    sourcemap: false,
    // Both pages run under a content security policy without data: or inline anything.
    assetsInlineLimit: 0,
    // What the public pages load is kept by no browser; what the dashboard loads may be (pages.py).
    assetsDir: `assets/${mode}`,
    modulePreload: { polyfill: false },
    emptyOutDir: mode === "report",
    manifest: mode === "report" || mode === "review" ? `.vite/${mode}.json` : true,
    rollupOptions: {
      input: mode === "report" || mode === "review" ? `${mode}.html` : ["report.html", "review.html"],
      // What the public page needs at once, in one piece: two compress worse, by a kilobyte.
      output: mode === "report" ? { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } } : {},
    },
  },
  // Dropped from the bundles because nothing of ours uses it.
  define: {
    __VUE_I18N_LEGACY_API__: "false",
    __VUE_I18N_FULL_INSTALL__: "false",
    __INTLIFY_PROD_DEVTOOLS__: "false",
    ...(mode === "report" && {
      __VUE_OPTIONS_API__: "false",
      __VUE_PROD_DEVTOOLS__: "false",
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
    }),
  },
  server: { proxy: { "/api": api, "/health": api } },
  // Element Plus brings style sheets, which Node itself cannot read.
  // One environment for all files, a quarter of the work: they pass in any order (--sequence.shuffle.files).
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.ts"],
    isolate: false,
    server: { deps: { inline: ["element-plus"] } },
  },
}));
