// The browser and the server keep the same text: tests/vectors/told-v1.json, which tests/kit/text reads too.
import { expect, test } from "vitest";

import raw from "../../../tests/vectors/told-v1.json";
import { told, toldInLine, unseen } from "./told";

test.each(raw.told as [string, string][])("%j is kept as %j, and nothing is refused", (given, kept) => {
  expect(told(given)).toBe(kept);
  expect(told(kept)).toBe(kept);
  expect(unseen(given)).toBe("");
});

test.each(raw.told as [string, string][])("%j in one line: never joined", (given) => {
  expect(toldInLine(given)).not.toContain("\n");
  expect(toldInLine(given)).not.toMatch(/[0百]5/);
});

test.each(raw.refused)("%j is shown where it stands", (given) => {
  expect(unseen(given)).toBe("300▯5个人");
});

test("a mark that somebody typed is no fault", () => {
  expect(unseen("选 ▯ 一项")).toBe("");
});
