// Starts the review dashboard: language first, then the session, then the page that was asked for.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./shell/App.vue";
import { i18n, startLanguage } from "./shell/i18n";
import { queryClient } from "./shell/queryClient";
import { router } from "./shell/routes";
import "./shell/review.css";

async function start(): Promise<void> {
  await startLanguage();
  createApp(App).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount("#app");
}

void start();
