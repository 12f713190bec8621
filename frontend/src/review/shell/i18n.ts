// Language of the dashboard: typed keys, messages loaded when they are needed, the choice kept on this device.
import { createI18n } from "vue-i18n";
import { applyLanguage, storedLanguage, storeLanguage, type Language } from "../../shared/language";
import type zhCN from "../messages/zh-CN.json";

type Messages = typeof zhCN;
type Path<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Path<T[K]>}` }[keyof T & string];
export type MessageKey = Path<Messages>;

const loaders: Record<Language, () => Promise<{ default: Messages }>> = {
  "zh-CN": () => import("../messages/zh-CN.json"),
  "zh-Hant": () => import("../messages/zh-Hant.json"),
  en: () => import("../messages/en.json"),
};

export const i18n = createI18n({ legacy: false, locale: "zh-CN", fallbackLocale: "zh-CN", messages: {} });

/** The text of a key in the language in use. Reactive: a template that calls it follows the switch. */
export function t(key: MessageKey, named: Record<string, string | number> = {}): string {
  const count = named["count"];
  return typeof count === "number" ? i18n.global.t(key, named, count) : i18n.global.t(key, named);
}

/** True when the messages have this key (codes that only the server knows are looked up by it). */
export function hasMessage(key: string): key is MessageKey {
  return i18n.global.te(key, "zh-CN");
}

export function language(): Language {
  return i18n.global.locale.value as Language;
}

export async function setLanguage(code: Language): Promise<void> {
  const messages = await loaders[code]();
  i18n.global.setLocaleMessage(code, messages.default);
  i18n.global.locale.value = code;
  applyLanguage(code);
  storeLanguage(code);
}

export async function startLanguage(): Promise<void> {
  const messages = await loaders["zh-CN"]();
  i18n.global.setLocaleMessage("zh-CN", messages.default);
  await setLanguage(storedLanguage() ?? "zh-CN");
}
