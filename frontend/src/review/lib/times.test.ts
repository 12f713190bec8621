// Time left on a clock, in each language.
import { beforeAll, expect, test } from "vitest";
import { setLanguage, startLanguage } from "./i18n";
import { chinaTime, endOfDay, occurredText, relativeText, timeLeft, timeLeftText } from "./times";

const now = Date.parse("2026-03-03T10:00:00+08:00");
beforeAll(() => startLanguage());

test("a clock is overdue, soon or in time", () => {
  expect(timeLeft("2026-03-03T09:59:00+08:00", now).urgency).toBe("overdue");
  expect(timeLeft("2026-03-03T10:00:00+08:00", now).urgency).toBe("soon");
  expect(timeLeft("2026-03-04T09:59:00+08:00", now).urgency).toBe("soon");
  expect(timeLeft("2026-03-04T10:00:00+08:00", now).urgency).toBe("ok");
});

test("the largest units are said", async () => {
  await setLanguage("zh-CN");
  expect(timeLeftText("2026-03-06T14:30:00+08:00", now)).toBe("剩 3 天 4 小时");
  expect(timeLeftText("2026-03-03T12:05:00+08:00", now)).toBe("剩 2 小时 5 分钟");
  expect(timeLeftText("2026-03-23T12:05:00+08:00", now)).toBe("剩 20 天");
  expect(timeLeftText("2026-03-01T09:00:00+08:00", now)).toBe("已超期 2 天 1 小时");
  expect(timeLeftText("2026-03-03T10:00:20+08:00", now)).toBe("剩 不到 1 分钟");
});

test("English counts one day and two days", async () => {
  await setLanguage("en");
  expect(timeLeftText("2026-03-04T12:00:00+08:00", now)).toBe("1 day 2 hours left");
  expect(timeLeftText("2026-03-01T09:00:00+08:00", now)).toBe("overdue by 2 days 1 hour");
});

test("long ago is told in months, just now in minutes", async () => {
  await setLanguage("en");
  expect(relativeText("2026-03-03T09:58:00+08:00", now)).toBe("2 minutes ago");
  expect(relativeText("2025-12-03T10:00:00+08:00", now)).toBe("3 months ago");
});

test("what is typed is China time with its offset; half a date is none", () => {
  expect(endOfDay("2026-12-01")).toBe("2026-12-01T23:59:59+08:00");
  expect(endOfDay("")).toBeNull();
  expect(chinaTime("2026-03-05T14:30")).toBe("2026-03-05T14:30:00+08:00");
  expect(chinaTime("2026-03-05")).toBeNull();
});

test("an hour that nobody named is not shown, one that was is", async () => {
  await setLanguage("zh-CN");
  const midnight = "2026-03-03T00:00:00+08:00";
  expect(occurredText(midnight, "exact", true)).toBe("2026年3月3日星期二");
  expect(occurredText(midnight, "ongoing", false)).toBe("2026年3月3日星期二");
  expect(occurredText(midnight, "exact", false)).toContain("00:00");
  expect(occurredText("2026-03-03T21:05:00+08:00", "exact", true)).toContain("21:05");
});
