// From what was typed to what is sent: nothing hidden is sent, nothing typed is lost.
import { expect, test } from "vitest";

import type { Agency, Region } from "../api";
import { emptyDraft, emptyOfficial, emptySubject, isTouched, toTip, type Draft } from "./draft";

const county: Region = { code: "430102", name: "芙蓉区", level: "county", leaf: true };
const police: Agency = {
  id: "a-1",
  name: "芙蓉区公安分局",
  kind: "police",
  region: { code: "430102", name: "芙蓉区" },
};

function written(changes: Partial<Draft> = {}): Draft {
  return {
    ...emptyDraft(),
    conduct: "extortion",
    narrative: " 每月收钱 \n",
    regions: [county],
    known: "no",
    when: "unknown",
    ...changes,
  };
}

const tipOf = (draft: Draft) => toTip(draft, "hash", [police], "day only");

test("the least that can be sent", () => {
  expect(tipOf(written())).toEqual({
    region_code: "430102",
    place: null,
    conduct: "extortion",
    sector: null,
    title: null,
    narrative: "每月收钱",
    channel_id: null,
    occurred: { kind: "unknown", at: null, note: null },
    subjects: [],
    exclusions: [],
    receipt: { suite: "r1", token_hash: "hash" },
    identity: null,
    sealed: null,
  });
});

test("breaks of every kind stay breaks, and one line has none: nothing is joined", () => {
  const given = written({ narrative: "300\u20285个人\r\n\tc\u200d𠮷", place: "300\u000b5号" });
  expect(tipOf(given).narrative).toBe("300\n5个人\n c\u200d𠮷");
  expect(tipOf(given).place).toBe("300 5号");
});

test("a moment carries China's offset", () => {
  expect(tipOf(written({ when: "exact", day: "2026-03-03", time: "14:05", whenNote: "雨天" })).occurred).toEqual({
    kind: "exact",
    at: "2026-03-03T14:05:00+08:00",
    note: "雨天",
  });
});

test("a day without a time says so, rather than pretending midnight", () => {
  expect(tipOf(written({ when: "exact", day: "2026-03-03", whenNote: "雨天" })).occurred).toEqual({
    kind: "exact",
    at: "2026-03-03T00:00:00+08:00",
    note: "day only。雨天",
  });
});

test("a day typed before the answer was changed to roughly is not sent", () => {
  expect(tipOf(written({ when: "roughly", day: "2026-03-03", whenNote: "春天" })).occurred).toEqual({
    kind: "roughly",
    at: null,
    note: "春天",
  });
});

test("an unknown person is sent only with something noticed", () => {
  expect(tipOf(written({ noticed: "左手有纹身" })).subjects).toMatchObject([
    { kind: "unknown", name: null, description: "左手有纹身" },
  ]);
});

test("an agency named as in the register is linked to it", () => {
  const named = { ...emptySubject(), kind: "agency" as const, name: "芙蓉区公安分局 " };
  expect(tipOf(written({ known: "yes", subjects: [named] })).subjects[0]).toMatchObject({
    name: "芙蓉区公安分局",
    agency_id: "a-1",
  });
});

test("fields of another kind of subject are not sent", () => {
  const changed = { ...emptySubject(), kind: "organisation" as const, name: "某公司", nickname: "老三", post: "经理" };
  expect(tipOf(written({ known: "yes", subjects: [changed] })).subjects[0]).toMatchObject({
    name: "某公司",
    nickname: null,
    post: null,
  });
});

test("exclusions name an agency or an official, never both, and empty lines vanish", () => {
  const official = { ...emptyOfficial(), name: "某县公安局 张某" };
  expect(
    tipOf(written({ hideFrom: [{ id: "a-1", name: "芙蓉区公安分局" }], officials: [official, emptyOfficial()] }))
      .exclusions,
  ).toEqual([
    { agency_id: "a-1", official: null },
    { agency_id: null, official: "某县公安局 张某" },
  ]);
});

test("an untouched form may be closed without a warning", () => {
  expect(isTouched(emptyDraft())).toBe(false);
  expect(isTouched({ ...emptyDraft(), officials: [emptyOfficial()], subjects: [emptySubject()] })).toBe(false);
  expect(isTouched({ ...emptyDraft(), narrative: "有" })).toBe(true);
});
