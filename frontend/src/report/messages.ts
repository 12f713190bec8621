// The public app's texts: Simplified Chinese comes with the page, the other languages when they are chosen.
import { shallowRef } from "vue";

import { applyLanguage, DEFAULT_LANGUAGE, type Language, languageFromUrl, withLanguage } from "../shared/language";
import { fillIn, type Fill } from "../shared/messages";
import simplified from "./messages/zh-CN.json";

export type Messages = Readonly<Record<keyof typeof simplified, string>>;
export type MessageKey = keyof Messages;

const others: Record<Exclude<Language, "zh-CN">, () => Promise<{ default: Messages }>> = {
  "zh-Hant": () => import("./messages/zh-Hant.json"),
  en: () => import("./messages/en.json"),
};

export const language = shallowRef<Language>(DEFAULT_LANGUAGE);
const messages = shallowRef<Messages>(simplified);

/** The text of a key in the present language. */
export function t(key: MessageKey, values?: Fill): string {
  return fillIn(messages.value[key], values);
}

/** True for a key that exists: for texts chosen by a code that the server sends. */
export function hasMessage(key: string): key is MessageKey {
  return key in simplified;
}

/** Loads a language and puts it in the address, so that links and the back button keep it. Throws when offline. */
export async function switchLanguage(wanted: Language): Promise<void> {
  messages.value = wanted === "zh-CN" ? simplified : (await others[wanted]()).default;
  language.value = wanted;
  applyLanguage(wanted);
  const address = withLanguage(location.pathname + location.search + location.hash, wanted);
  history.replaceState(history.state, "", address);
}

/** The language that the address asks for; the default one where it cannot be loaded. */
export async function startLanguage(): Promise<void> {
  await switchLanguage(languageFromUrl(location.search) ?? DEFAULT_LANGUAGE).catch(() => undefined);
}
