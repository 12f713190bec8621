// Starts the review dashboard: language first, then the session, then the page that was asked for.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { createApp } from "vue";
import App from "./app/App.vue";
import { i18n, startLanguage } from "./lib/i18n";
import { queryClient } from "./lib/query/client";
import { router } from "./app/routes";
// In the order of the cascade. What one page alone needs stands in that page's own file.
import "./ui/styles/tokens.css";
import "./ui/styles/page.css";
import "./app/frame.css";
import "./ui/styles/controls.css";
import "./leads/inbox/inbox.css";
import "./leads/lead/lead.css";
import "./ui/styles/forms.css";
import "./ui/styles/media.css";

async function start(): Promise<void> {
  await startLanguage();
  createApp(App).use(i18n).use(VueQueryPlugin, { queryClient }).use(router).mount("#app");
}

void start();
