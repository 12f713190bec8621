// Starts the public app: one script for the form and the receipt page, nothing kept on the device.
import { createApp } from "vue";

import App from "./App.vue";
import { watchForLeaving } from "./leave";
import { startLanguage } from "./messages";
import "./styles/base.css";
import "./styles/frame.css";
import "./styles/fields.css";
import "./styles/notices.css";
import "./styles/pages.css";

declare global {
  interface Window {
    pressedEarly?: number; // public/assets/report/early.js
  }
}

watchForLeaving();
void startLanguage().then(() => {
  // The prerendered page is there before this script, on a slow line: what was typed stays, what was pressed counts.
  const { id, selectionStart: caret } = (document.activeElement ?? {}) as HTMLInputElement;
  const typed = document.querySelector<HTMLInputElement>("main input")?.value ?? "";
  const unfolded = [...document.querySelectorAll("details")].map(({ open }) => open);
  createApp(App, { path: location.pathname }).provide("typed", typed).mount("#app");
  document.querySelectorAll("details").forEach((one, place) => (one.open ||= unfolded[place] ?? false));
  const field = id ? document.getElementById(id) : null;
  field?.focus();
  if (field instanceof HTMLInputElement) field.setSelectionRange(caret, caret);
  if (window.pressedEarly !== undefined) document.querySelectorAll("button")[window.pressedEarly]?.click();
});
