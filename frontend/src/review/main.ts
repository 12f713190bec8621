// Starts the review dashboard: language first, then the session, then the page that was asked for.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./app/App.vue";
import { i18n, startLanguage } from "./lib/i18n";
import { queryClient } from "./lib/queryClient";
import { router } from "./app/routes";
import "./app/review.css";

async function start(): Promise<void> {
  await startLanguage();
  createApp(App).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount("#app");
}

void start();
