// Dates: China's calendar day decides, whatever zone the device or the server is in.
import { expect, test } from "vitest";
import { LANGUAGES } from "./language";

import { dayInChina, daysUntil, formatDate, formatDateTime, formatMoment, momentInChina, relativeDays } from "./time";

test("the weekday and the zone are shown", () => {
  expect(formatDate("2026-03-03T18:00:00Z", "zh-CN")).toBe("2026年3月4日星期三");
  expect(formatDate("2026-03-03T18:00:00Z", "en")).toMatch(/^Wednesday,? 4 March 2026$/);
  expect(formatDateTime("2026-03-03T18:05:00+08:00", "zh-CN")).toBe("2026年3月3日星期二 18:05（北京时间）");
  expect(formatDateTime("2026-03-03T18:05:00+08:00", "en")).toMatch(/^Tuesday,? 3 March 2026, 18:05 Beijing time$/);
});

test("a moment has its day and its time, of the same form in both scripts", () => {
  const at = "2026-03-03T18:05:00+08:00";
  expect(LANGUAGES.map((one) => formatMoment(at, one))).toEqual([
    "2026年3月3日 18:05",
    "2026年3月3日 18:05",
    "3 Mar 2026, 18:05",
  ]);
});

test("days are calendar days in China", () => {
  const now = new Date("2026-03-03T15:59:00Z"); // 23:59 on the 3rd in China
  expect(daysUntil("2026-03-03T16:00:00Z", now)).toBe(1);
  expect(daysUntil("2026-03-03T15:00:00Z", now)).toBe(0);
  expect(relativeDays("2026-03-06T04:00:00Z", "en", now)).toBe("in 3 days");
  expect(relativeDays("2026-03-04T04:00:00Z", "zh-CN", now)).toBe("明天");
  expect(relativeDays("2026-03-02T04:00:00Z", "en", now)).toBe("yesterday");
  expect(dayInChina(new Date("2026-03-03T16:00:00Z"))).toBe("2026-03-04");
});

test("what is typed in China carries its offset", () => {
  expect(momentInChina("2026-03-03", "14:05")).toBe("2026-03-03T14:05:00+08:00");
  expect(momentInChina("2026-03-03")).toBe("2026-03-03T00:00:00+08:00");
});
