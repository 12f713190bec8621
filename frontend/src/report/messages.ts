// The public app's texts: each language is a file of its own, so that nobody downloads two.
import { shallowRef } from "vue";

import { applyLanguage, DEFAULT_LANGUAGE, type Language, languageFromUrl, withLanguage } from "../shared/language";
import { fillIn, type Fill } from "../shared/messages";
import type simplified from "./messages/zh-CN.json";

export type MessageKey = keyof typeof simplified;
export type Messages = Readonly<Record<MessageKey, string>>;

const files: Record<Language, () => Promise<{ default: Messages }>> = {
  "zh-CN": () => import("./messages/zh-CN.json"),
  "zh-Hant": () => import("./messages/zh-Hant.json"),
  en: () => import("./messages/en.json"),
};

export const language = shallowRef<Language>(DEFAULT_LANGUAGE);
const messages = shallowRef({} as Messages);

/** The text of a key in the present language. */
export function t(key: MessageKey, values?: Fill): string {
  return fillIn(messages.value[key], values);
}

/** True for a key that exists: for texts chosen by a code that the server sends. */
export function hasMessage(key: string): key is MessageKey {
  return key in messages.value;
}

/** Loads a language's texts. Throws when offline. */
export async function loadLanguage(wanted: Language): Promise<void> {
  messages.value = (await files[wanted]()).default;
  language.value = wanted;
}

/** Loads a language and puts it in the address, so that links and the back button keep it. Throws when offline. */
export async function switchLanguage(wanted: Language): Promise<void> {
  await loadLanguage(wanted);
  applyLanguage(wanted);
  const address = withLanguage(location.pathname + location.search + location.hash, wanted);
  history.replaceState(history.state, "", address);
}

const AGAIN_MS = 3000;

/** The language that the address asks for; until a language has come, the page stays as it was served. */
export async function startLanguage(): Promise<void> {
  try {
    await switchLanguage(languageFromUrl(location.search) ?? DEFAULT_LANGUAGE);
  } catch {
    await new Promise((wait) => setTimeout(wait, AGAIN_MS));
    await startLanguage();
  }
}
