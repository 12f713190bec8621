// Starts the public app: one script for the form and the receipt page, nothing kept on the device.
import { createApp } from "vue";

import App from "./App.vue";
import { watchForLeaving } from "./leave";
import { startLanguage } from "./messages";
import "./style.css";

watchForLeaving();
void startLanguage().then(() => createApp(App, { path: location.pathname }).mount("#app"));
