// Times as officers read them: China time, absolute and relative, and what is left on a clock.
import { onScopeDispose, ref, type Ref } from "vue";
import { formatDate, formatDay, formatMoment, momentInChina } from "../../shared/time";
import { language, t } from "./i18n";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Urgency = "overdue" | "soon" | "ok";
export interface TimeLeft {
  urgency: Urgency;
  days: number;
  hours: number;
  minutes: number;
}

/** Time between now and due in whole days, hours and minutes; "soon" is less than a day. */
export function timeLeft(due: string, now: number): TimeLeft {
  const left = Date.parse(due) - now;
  const size = Math.abs(left);
  return {
    urgency: left < 0 ? "overdue" : left < DAY ? "soon" : "ok",
    days: Math.floor(size / DAY),
    hours: Math.floor((size % DAY) / HOUR),
    minutes: Math.floor((size % HOUR) / MINUTE),
  };
}

/** The two largest units that say something: "3 days 4 hours", "2 hours 5 minutes", "12 days". */
export function durationText({ days, hours, minutes }: TimeLeft): string {
  const parts: string[] = [];
  if (days > 0) parts.push(t("times.days", { count: days }));
  if (hours > 0 && days < 10) parts.push(t("times.hours", { count: hours }));
  if (days === 0 && minutes > 0) parts.push(t("times.minutes", { count: minutes }));
  return parts.join(t("times.join")) || t("times.lessThanMinute");
}

export function timeLeftText(due: string, now: number): string {
  const left = timeLeft(due, now);
  return t(left.urgency === "overdue" ? "times.overdueBy" : "times.leftOf", { duration: durationText(left) });
}

export function absoluteText(at: string): string {
  return formatMoment(at, language());
}

export function relativeText(at: string, now: number): string {
  const format = new Intl.RelativeTimeFormat(language(), { numeric: "auto" });
  const gap = Date.parse(at) - now;
  const size = Math.abs(gap);
  if (size < HOUR) return format.format(Math.round(gap / MINUTE), "minute");
  if (size < DAY) return format.format(Math.round(gap / HOUR), "hour");
  if (size < 60 * DAY) return format.format(Math.round(gap / DAY), "day");
  if (size < 730 * DAY) return format.format(Math.round(gap / (30 * DAY)), "month");
  return format.format(Math.round(gap / (365.25 * DAY)), "year");
}

/**
 * When something happened. What goes on began on a day; and whose hour nobody named is stored as its midnight, with a
 * word of it or sealed: neither is shown with an hour.
 */
export function occurredText(at: string, kind: string | undefined, hourUnnamed: boolean): string {
  const isMidnight = (Date.parse(at) + 8 * HOUR) % DAY === 0;
  return kind === "ongoing" || (hourUnnamed && isMidnight) ? formatDate(at, language()) : absoluteText(at);
}

/** The end of a day in China as the API wants it; null when no day was chosen. */
export function endOfDay(day: string): string | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? `${day}T23:59:59+08:00` : null;
}

/** The beginning of a day in China; null when no day was chosen. */
export function startOfDay(day: string): string | null {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? momentInChina(day) : null;
}

/** A day without a time ("2026-03-03"), as officers read it. */
export function dayText(day: string): string {
  return formatDay(momentInChina(day), language());
}

/**
 * Under a date field: the day that was chosen, in words. Browsers order year, month and day by a language of their own,
 * which a page cannot ask for; so nothing is said about the order but that the field shows it.
 */
export function dayHint(day: string): string {
  return /^\d{4}-\d{2}-\d{2}$/.test(day) ? formatDate(momentInChina(day), language()) : t("times.order");
}

/** A local date-time field ("2026-03-05T14:30") read as China time. */
export function chinaTime(local: string): string | null {
  return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(local) ? momentInChina(local.slice(0, 10), local.slice(11)) : null;
}

/** A clock for the page that ticks each half minute while it is used. */
export function useNow(): Ref<number> {
  const now = ref(Date.now());
  const timer = setInterval(() => (now.value = Date.now()), 30_000);
  onScopeDispose(() => clearInterval(timer));
  return now;
}
