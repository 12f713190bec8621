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

watchForLeaving();
void startLanguage().then(() => createApp(App, { path: location.pathname }).mount("#app"));
