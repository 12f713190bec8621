// Only what was changed is sent, and a tick without a new note keeps the old one.
import { expect, test } from "vitest";
import type { Checklist } from "../../lib/types";
import { changesOf } from "./checklist";

const item = (code: string, done: boolean, note: string | null = null) =>
  ({ code, done, note, zh_cn: code, zh_hant: code, en: code, by: null, at: null }) as Checklist["items"][number];
const items = [item("visited", true, "20 Nov"), item("heard", false)];

test("what was touched and put back is not sent", () => {
  expect(changesOf(items, { visited: { done: true, note: " 20 Nov " }, heard: { done: false, note: "" } })).toEqual([]);
});

test("a tick taken back is sent with the note that stands there", () => {
  expect(changesOf(items, { visited: { done: false, note: "20 Nov" } })).toEqual([
    { code: "visited", done: false, note: "20 Nov" },
  ]);
});

test("an emptied note is taken away, and a blank one is none", () => {
  expect(changesOf(items, { visited: { done: true, note: "  " }, heard: { done: true, note: " " } })).toEqual([
    { code: "visited", done: true, note: null },
    { code: "heard", done: true, note: null },
  ]);
});

test("an item that the list no longer has is not sent", () => {
  expect(changesOf(items, { gone: { done: true, note: "" } })).toEqual([]);
});
