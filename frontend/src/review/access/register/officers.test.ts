// Accounts: what is sent of a change, and what a first password looks like.
import { expect, test } from "vitest";
import type { Officer } from "../../lib/types";
import { changeOf, firstPassword } from "./officers";

const BEFORE: Officer = {
  id: "1",
  name: "陈宇",
  agency: { id: "2", name: "市扫黑办" },
  roles: ["verifier", "chief"],
  login: "chen.yu",
  active: true,
  head: false,
};
const SAME = { name: "陈宇", roles: ["chief", "verifier"], active: true, head: false, document: " 任免〔2026〕1号 " };

test("only what differs is sent, and always the document", () => {
  expect(changeOf(BEFORE, SAME)).toEqual({ document: "任免〔2026〕1号" });
  expect(changeOf(BEFORE, { ...SAME, active: false })).toEqual({ document: "任免〔2026〕1号", active: false });
  expect(changeOf(BEFORE, { ...SAME, roles: ["chief"], head: true, name: "陈 宇" })).toEqual({
    document: "任免〔2026〕1号",
    roles: ["chief"],
    head: true,
    name: "陈 宇",
  });
});

test("a first password is long, groups its signs, and is another each time", () => {
  const made = new Set(Array.from({ length: 50 }, firstPassword));
  expect(made.size).toBe(50);
  for (const one of made) expect(one).toMatch(/^([a-zA-Z2-9]{4}-){3}[a-zA-Z2-9]{4}$/);
});
