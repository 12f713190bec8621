// The three interface languages: which one a page starts in, and how the page tells the browser.

export const LANGUAGES = ["zh-CN", "zh-Hant", "en"] as const;
export type Language = (typeof LANGUAGES)[number];
export const DEFAULT_LANGUAGE: Language = "zh-CN";

/** Each language's name in itself. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = {
  "zh-CN": "简体中文",
  "zh-Hant": "繁體中文",
  en: "English",
};

export function isLanguage(value: unknown): value is Language {
  return LANGUAGES.some((language) => language === value);
}

/** `?lang=en` of a page address; null where there is none or an unknown one. */
export function languageFromUrl(search: string): Language | null {
  const wanted = new URLSearchParams(search).get("lang");
  return isLanguage(wanted) ? wanted : null;
}

/** The same address in another language; the default one needs no parameter. */
export function withLanguage(path: string, language: Language): string {
  const [address = "", hash] = path.split("#", 2);
  const [name = "", search = ""] = address.split("?", 2);
  const query = new URLSearchParams(search);
  query.delete("lang");
  if (language !== DEFAULT_LANGUAGE) query.set("lang", language);
  const rest = query.toString();
  return name + (rest ? `?${rest}` : "") + (hash === undefined ? "" : `#${hash}`);
}

/** `<html lang>` decides fonts, hyphenation and a screen reader's voice. */
export function applyLanguage(language: Language): void {
  document.documentElement.lang = language;
}

const STORED = "huiyin.language";

/** Dashboard only: the public app leaves nothing on the device. */
export function storedLanguage(): Language | null {
  try {
    const stored = localStorage.getItem(STORED);
    return isLanguage(stored) ? stored : null;
  } catch {
    return null; // storage is blocked: the switch then lasts for this page
  }
}

/** Dashboard only. */
export function storeLanguage(language: Language): void {
  try {
    localStorage.setItem(STORED, language);
  } catch {
    // storage is blocked: the switch lasts for this page
  }
}
