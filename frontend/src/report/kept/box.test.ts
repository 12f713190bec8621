// The box of a kept draft: as another program makes it, closed to all but the passphrase, and of a length that tells little.
import { beforeEach, expect, test, vi } from "vitest";

import vector from "../../../../tests/vectors/draft-d1.json";
import { clearDraft, draft, emptyDraft, emptySubject } from "../form/draft";
import { asTyped, close, keyOf, newPassphrase, newSalt, open, passphraseFault } from "./box";
import { answersFrom, contentOf } from "./content";
import { keep, takeUp } from "./keep";
import { forgetKept, keeping, type Stored, store, stored } from "./place";

/** A key from words takes as long as the machine is busy. */
const SLOW_MACHINE = { timeout: 20_000, interval: 1 };
vi.setConfig({ testTimeout: 30_000 });

const WORDS = "风吹稻花香两岸又一年";
const there = vector.stored as Stored;
const later = (): number => Date.now() + 60_000;

beforeEach(() => {
  localStorage.clear();
  clearDraft();
  forgetKept();
});

test("the box that another program made opens, however the passphrase is spaced", async () => {
  expect(await open(await keyOf(vector.passphrase, there.salt), there)).toEqual(vector.content);
});

test("another passphrase, another day or a changed byte opens nothing", async () => {
  const key = await keyOf(vector.passphrase, there.salt);
  expect(await open(await keyOf("bcdfghjkmnpqrstw", there.salt), there)).toBeNull();
  expect(await open(key, { ...there, until: there.until + 1 })).toBeNull();
  expect(await open(key, { ...there, box: `A${there.box.slice(1)}` })).toBeNull();
});

test("a word and three thousand words make boxes of the same length", async () => {
  const key = await keyOf(WORDS, newSalt());
  const of = async (narrative: string): Promise<number> => (await close(key, "", 0, { narrative })).box.length;
  expect(await of("短")).toBe(await of("x".repeat(3000)));
});

test("a text of fifty thousand characters comes back", async () => {
  const key = await keyOf(WORDS, newSalt());
  const narrative = "长".repeat(50_000);
  expect(await open(key, await close(key, "", 0, { narrative }))).toEqual({ narrative });
});

test.each([
  ["", "short"],
  ["九个字的口令太短了", "short"],
  ["13800138000", "digits"],
  ["1990-01-01 19", "digits"],
  ["a b c d e f g h i", "short"],
  [WORDS, null],
])("passphrase %j: %s", (passphrase, fault) => {
  expect(passphraseFault(passphrase)).toBe(fault);
});

test("a passphrase made here is good, and never the same", () => {
  const made = Array.from({ length: 50 }, newPassphrase);
  expect(made.filter(passphraseFault)).toEqual([]);
  expect(new Set(made.map(asTyped)).size).toBe(50);
  expect(made.every((one) => /^([b-z]{4} ){3}[b-z]{4}$/.test(one))).toBe(true);
});

test("who the reporter is stays out of it", () => {
  const named = {
    ...emptyDraft(),
    narrative: "内容",
    stay: "sealed" as const,
    ownName: "姓名",
    ownContacts: "电话",
    ownDocument: "证件",
  };
  expect(JSON.stringify(contentOf(named))).not.toMatch(/姓名|电话|证件|sealed"/);
  expect(answersFrom(contentOf(named))).toEqual({ ...emptyDraft(), narrative: "内容" });
});

test("a field that nobody decided to keep is not kept, and does not come back", () => {
  const grown = { ...emptyDraft(), narrative: "内容", ownEmail: "someone@example.org" };
  expect(contentOf(grown)).not.toHaveProperty("ownEmail");
  expect(answersFrom({ narrative: "内容", ownName: "姓名", ownEmail: "someone@example.org" })).toEqual({
    ...emptyDraft(),
    narrative: "内容",
  });
});

test("a draft of an earlier edition brings what still fits", () => {
  const old = { narrative: "内容", place: 7, gone: "x", subjects: [{ kind: "person", name: "某人" }] };
  const answers = answersFrom(old);
  expect(answers).toMatchObject({
    narrative: "内容",
    place: "",
    subjects: [{ ...emptySubject(), id: expect.any(Number) as number, name: "某人" }],
  });
  expect(answers).not.toHaveProperty("gone");
  expect(answersFrom("x")).toBeNull();
});

test("kept, changed, closed and taken up: the change is there", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  draft.narrative = "第一句。";
  await keep(WORDS, 3);
  const first = localStorage.getItem("huiyin.draft");
  expect(first).not.toContain("第一句");
  draft.narrative = "第一句。第二句。";
  await vi.advanceTimersByTimeAsync(2000);
  vi.useRealTimers();
  await vi.waitFor(() => expect(localStorage.getItem("huiyin.draft")).not.toBe(first), SLOW_MACHINE);

  keeping.value = null; // the tab was closed
  clearDraft();
  expect(await takeUp("另外一个不对的口令哦")).toBe(false);
  expect(draft.narrative).toBe("");
  expect(await takeUp(WORDS)).toBe(true);
  expect(draft.narrative).toBe("第一句。第二句。");
  expect(keeping.value).not.toBeNull();
});

test("what was deleted while it was being written does not come back", async () => {
  draft.narrative = "内容";
  const writing = keep(WORDS, 1);
  await vi.waitFor(() => expect(keeping.value).not.toBeNull(), SLOW_MACHINE);
  forgetKept();
  await writing;
  expect(localStorage.getItem("huiyin.draft")).toBeNull();
});

test("a draft whose day is over is removed when the page is opened", () => {
  store({ ...there, until: Date.now() - 1 });
  expect(stored()).toBeNull();
  expect(localStorage.getItem("huiyin.draft")).toBeNull();
  store({ ...there, until: later() });
  expect(stored()).not.toBeNull();
});

test("what is no draft is as nothing", async () => {
  for (const odd of ["x", "{}", "[]", '{"until":"tomorrow"}']) {
    localStorage.setItem("huiyin.draft", odd);
    expect(stored()).toBeNull();
  }
  expect(await takeUp(WORDS)).toBe(false);
});
