// Dates as people read them: with the weekday, with "in 3 days", always in China's one legal time zone.
import type { Language } from "./language";

export const TIME_ZONE = "Asia/Shanghai";
const OFFSET_MS = 8 * 3_600_000; // China has had no daylight saving since 1991
const DAY_MS = 86_400_000;

const ZONE_NAME: Readonly<Record<Language, string>> = {
  "zh-CN": "（北京时间）",
  "zh-Hant": "（北京時間）",
  en: " Beijing time",
};

const formats = new Map<string, Intl.DateTimeFormat>();

function format(language: Language, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language} ${name}`;
  let found = formats.get(key);
  if (!found) {
    const locale = language === "en" ? "en-GB" : language;
    found = new Intl.DateTimeFormat(locale, { timeZone: TIME_ZONE, ...options });
    formats.set(key, found);
  }
  return found;
}

/** "2026年3月3日星期二", "Tuesday, 3 March 2026". */
export function formatDate(at: string | Date, language: Language): string {
  const options = { year: "numeric", month: "long", day: "numeric", weekday: "long" } as const;
  return format(language, "date", options).format(new Date(at));
}

/** "2026年3月3日 14:05", "3 Mar 2026, 14:05". */
export function formatMoment(at: string | Date, language: Language): string {
  return `${formatDay(at, language)}${language === "en" ? "," : ""} ${formatTime(at, language)}`;
}

/** "2026年3月3日", "3 Mar 2026". */
export function formatDay(at: string | Date, language: Language): string {
  return format(language, "day", { dateStyle: "medium" }).format(new Date(at));
}

/** "14:05". */
export function formatTime(at: string | Date, language: Language): string {
  return format(language, "time", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(new Date(at));
}

/** Date and time with the zone's name, since a reader may sit elsewhere. */
export function formatDateTime(at: string | Date, language: Language): string {
  const time = `${formatTime(at, language)}${ZONE_NAME[language]}`;
  return language === "en" ? `${formatDate(at, language)}, ${time}` : `${formatDate(at, language)} ${time}`;
}

/** Whole calendar days in China from `now` to `at`; negative when past. */
export function daysUntil(at: string | Date, now: Date = new Date()): number {
  const day = (moment: Date): number => Math.floor((moment.getTime() + OFFSET_MS) / DAY_MS);
  return day(new Date(at)) - day(now);
}

/** "3天后", "tomorrow", "2 days ago": in calendar days. */
export function relativeDays(at: string | Date, language: Language, now: Date = new Date()): string {
  return new Intl.RelativeTimeFormat(language, { numeric: "auto" }).format(daysUntil(at, now), "day");
}

/** "2026-03-03": the day in China, for `<input type="date">` and its limits. */
export function dayInChina(at: Date = new Date()): string {
  return new Date(at.getTime() + OFFSET_MS).toISOString().slice(0, 10);
}

/** A day and a time as typed in China, as RFC 3339 with offset: ("2026-03-03", "14:05"). */
export function momentInChina(day: string, time = "00:00"): string {
  return `${day}T${time}:00+08:00`;
}
