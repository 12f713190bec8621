// Builds the two entries: report.html (public form and receipt page) and review.html (dashboard).
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const api = process.env.HUIYIN_API ?? "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [vue()],
  build: {
    target: "es2022",
    sourcemap: false,
    // Both pages run under a content security policy without data: or inline anything.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: { input: { report: "report.html", review: "review.html" } },
  },
  server: { proxy: { "/api": api, "/health": api } },
});
