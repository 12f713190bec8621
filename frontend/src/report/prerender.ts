// A page as static HTML, in the default language: what is read before the script has come. Runs in the build only.
import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";

import { DEFAULT_LANGUAGE } from "../shared/language";
import App from "./App.vue";
import { loadLanguage } from "./messages";

export async function prerender(path: string): Promise<string> {
  await loadLanguage(DEFAULT_LANGUAGE);
  return renderToString(createSSRApp(App, { path }));
}
