// The texts of sealed tips: a file of their own, since few people need them.
import { shallowRef, watch } from "vue";

import type { Language } from "../../shared/language";
import { fillIn, type Fill } from "../../shared/messages";
import { language } from "../messages";
import type simplified from "./messages/zh-CN.json";

type Messages = typeof simplified;

const files: Record<Language, () => Promise<{ default: Messages }>> = {
  "zh-CN": () => import("./messages/zh-CN.json"),
  "zh-Hant": () => import("./messages/zh-Hant.json"),
  en: () => import("./messages/en.json"),
};
const messages = shallowRef<Messages | null>(null);

/** Throws when offline. */
export async function loadTexts(): Promise<void> {
  messages.value = (await files[language.value]()).default;
}

watch(language, () => void loadTexts().catch(() => undefined));

/** The text of a key in the present language. */
export const s = (key: keyof Messages, values?: Fill): string => fillIn(messages.value?.[key] ?? "", values);
