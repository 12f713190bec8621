// What counts as news on the receipt page: a stage, a question or an answer, not what the reporter wrote.
import { expect, test } from "vitest";

import type { Receipt } from "../api";
import { isNews } from "./session";

const before: Receipt = {
  received_at: "2026-03-03T10:00:00+08:00",
  stage: "received",
  stage_since: "2026-03-03T10:00:00+08:00",
  handled_by: null,
  answer_due_at: null,
  provisional: false,
  accepted: null,
  reason: null,
  transferred_to: null,
  can_write: true,
  can_object: false,
  satisfied: null,
  objection: null,
  messages: [],
  answer: null,
  log: null,
  files: [],
  openings: [],
  expired: false,
  sealed: null,
};
const said = (from: "reporter" | "staff") => ({
  ...before,
  messages: [{ from, at: before.received_at, read_at: null, text: "…", sealed: null }],
});

test("a new stage, a question and the answer are news", () => {
  expect(isNews(before, { ...before, stage: "accepted" })).toBe(true);
  expect(isNews(before, said("staff"))).toBe(true);
  expect(isNews(before, { ...before, answer: { at: before.received_at, text: "…", sealed: null } })).toBe(true);
});

test("one's own words are not", () => {
  expect(isNews(before, before)).toBe(false);
  expect(isNews(before, said("reporter"))).toBe(false);
});
