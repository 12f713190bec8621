// Language of the dashboard: typed keys, each area's messages loaded with its first part, the choice kept on this device.
import { createI18n } from "vue-i18n";
import { isolated } from "../../shared/messages";
import { applyLanguage, storedLanguage, storeLanguage, type Language } from "../../shared/language";
import type access from "../access/messages/zh-CN.json";
import type channels from "../channels/messages/zh-CN.json";
import type custody from "../custody/messages/zh-CN.json";
import type exports_ from "../exports/messages/zh-CN.json";
import type identity from "../identity/messages/zh-CN.json";
import type log from "../log/messages/zh-CN.json";
import type leads from "../leads/messages/zh-CN.json";
import type retention from "../retention/messages/zh-CN.json";
import type sealed from "../sealed/messages/zh-CN.json";
import type tips from "../tips/messages/zh-CN.json";
import type workflow from "../workflow/messages/zh-CN.json";
import type app from "../app/messages/zh-CN.json";

interface Areas {
  access: typeof access;
  channels: typeof channels;
  custody: typeof custody;
  exports: typeof exports_;
  identity: typeof identity;
  leads: typeof leads;
  log: typeof log;
  retention: typeof retention;
  sealed: typeof sealed;
  app: typeof app;
  tips: typeof tips;
  workflow: typeof workflow;
}
/** A folder of the dashboard with messages of its own. Those of `app` are always there. */
export type Area = keyof Areas;
type Path<T> = { [K in keyof T & string]: T[K] extends string ? K : `${K}.${Path<T[K]>}` }[keyof T & string];
export type MessageKey = { [A in Area]: Path<Areas[A]> }[Area];

const files = import.meta.glob<{ default: Record<string, string> }>("/src/review/*/messages/*.json");
const loaded = new Set<Area>(["app"]);

export const i18n = createI18n({ legacy: false, locale: "zh-CN", fallbackLocale: false, messages: {} });

/** The text of a key in the language in use. Reactive: a template that calls it follows the switch. */
export function t(key: MessageKey, named: Record<string, string | number> = {}): string {
  const count = named["count"];
  const filled = Object.fromEntries(
    Object.entries(named).map(([name, value]) => [name, typeof value === "number" ? value : isolated(value)]),
  );
  return typeof count === "number" ? i18n.global.t(key, filled, count) : i18n.global.t(key, filled);
}

/** True when the messages have this key (codes that only the server knows are looked up by it). */
export function hasMessage(key: string): key is MessageKey {
  return i18n.global.te(key);
}

export function language(): Language {
  return i18n.global.locale.value as Language;
}

async function load(code: Language, areas: Iterable<Area>): Promise<void> {
  const found = await Promise.all([...areas].map((area) => files[`/src/review/${area}/messages/${code}.json`]?.()));
  for (const messages of found) i18n.global.mergeLocaleMessage(code, messages?.default ?? {});
}

/** A part of the dashboard that is loaded when it is opened, with the messages of the areas that it speaks for. */
export function withMessages<Part>(areas: Area[], part: () => Promise<Part>): () => Promise<Part> {
  return async () => {
    const missing = areas.filter((area) => !loaded.has(area));
    const [component] = await Promise.all([part(), load(language(), missing)]);
    for (const area of missing) loaded.add(area);
    return component;
  };
}

export async function setLanguage(code: Language): Promise<void> {
  await load(code, loaded);
  i18n.global.locale.value = code;
  applyLanguage(code);
  storeLanguage(code);
}

export async function startLanguage(): Promise<void> {
  await setLanguage(storedLanguage() ?? "zh-CN");
}
