// Texts of a part that few people need: loaded with it, in the present language, and again when that changes.
import { shallowRef, watch } from "vue";

import type { Language } from "../shared/language";
import { fillIn, type Fill } from "../shared/messages";
import { language } from "./messages";

export interface LazyTexts<M> {
  /** Throws when offline. */
  loadTexts: () => Promise<void>;
  /** The text of a key in the present language. */
  text: (key: keyof M, values?: Fill) => string;
}

export function lazyTexts<M extends Record<string, string>>(
  files: Record<Language, () => Promise<{ default: M }>>,
): LazyTexts<M> {
  const messages = shallowRef<M | null>(null);
  const loadTexts = async (): Promise<void> => {
    messages.value = (await files[language.value]()).default;
  };
  watch(language, () => void loadTexts().catch(() => undefined));
  return { loadTexts, text: (key, values) => fillIn(messages.value?.[key] ?? "", values) };
}
