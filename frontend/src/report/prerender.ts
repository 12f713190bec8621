// A page as static HTML, in the default language: what is read before the script has come. Runs in the build only.
import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";

import App from "./App.vue";

export function prerender(path: string): Promise<string> {
  return renderToString(createSSRApp(App, { path }));
}
