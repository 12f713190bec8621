// What staff wrote down becomes the API's body.
import { beforeAll, expect, test } from "vitest";
import { startLanguage } from "../lib/i18n";
import { begun, emptyDraft, emptySubject, missingInTip, tipBody } from "./tipDraft";

beforeAll(() => startLanguage());

test("what was left empty is null, never an empty text", () => {
  const draft = { ...emptyDraft("430100"), channel_id: "c", conduct: "extortion", narrative: "收钱\n砸摊" };
  expect(tipBody(draft, null)).toEqual({
    channel_id: "c",
    region_code: "430100",
    place: null,
    conduct: "extortion",
    sector: null,
    title: null,
    narrative: "收钱\n砸摊",
    occurred: { kind: "unknown", at: null, note: null },
    submitted_at: null,
    external_ref: null,
    subjects: [],
    exclusions: [],
    receipt: null,
  });
});

test("an exclusion names either an agency or an official", () => {
  const draft = { ...emptyDraft(), excluded_agencies: ["a"], excluded_officials: [" 李某 ", ""] };
  expect(tipBody(draft, "hash")).toMatchObject({
    exclusions: [
      { agency_id: "a", official: null },
      { agency_id: null, official: "李某" },
    ],
    receipt: { suite: "r1", token_hash: "hash" },
  });
});

test("an agency chosen for what turned out to be a person is not sent", () => {
  const draft = { ...emptyDraft(), subjects: [{ ...emptySubject(), agency_id: "a", name: "张某" }] };
  expect(tipBody(draft, null).subjects?.[0]).toMatchObject({ kind: "person", name: "张某", agency_id: null });
});

test("a time is sent only where one is known", () => {
  const draft = { ...emptyDraft(), occurred_kind: "exact" as const, occurred_at: "2026-03-05T14:30" };
  expect(tipBody(draft, null).occurred?.at).toBe("2026-03-05T14:30:00+08:00");
  expect(tipBody({ ...draft, occurred_kind: "ongoing" }, null).occurred?.at).toBeNull();
});

test("what is missing is said by field; nothing begun is nothing to lose", () => {
  expect(Object.keys(missingInTip(emptyDraft()))).toEqual(["channel_id", "region_code", "conduct", "narrative"]);
  expect(begun(emptyDraft("430100"))).toBe(false);
  expect(begun({ ...emptyDraft(), narrative: "x" })).toBe(true);
});
