// A witness that has fallen asleep is seen.
import { expect, test } from "vitest";
import { standing, type Witness } from "./log";

const NOW = Date.parse("2026-11-22T12:00:00+08:00");
const ONE: Witness = {
  id: "1",
  agency: { id: "2", name: "省监委" },
  key: "w+1+a",
  registered_at: "2026-11-01T00:00:00Z",
  retired_at: null,
  size: 90,
  at: "2026-11-20T00:00:00Z",
};

test.each([
  [{}, 100, "lags"],
  [{ size: 100 }, 100, "good"], // nothing new to cosign
  [{ at: "2026-11-22T03:00:00Z" }, 100, "good"],
  [{ at: null, size: null }, 100, "never"],
  [{ retired_at: "2026-11-02T00:00:00Z" }, 100, "retired"],
] as const)("%o at %d leaves: %s", (changes, size, expected) => {
  expect(standing({ ...ONE, ...changes }, size, NOW)).toBe(expected);
});
