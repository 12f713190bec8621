// Each page's own checks, and the API's refusals brought back to the page and field they mean.
import { expect, test } from "vitest";

import type { Region } from "../api";
import { emptyDraft, emptyOfficial, emptySubject } from "./draft";
import { faultsOf, lengthOf, LIMIT, serverFaults } from "./faults";
import { allowed } from "./steps";

const province: Region = { code: "430000", name: "湖南省", level: "province", leaf: false };
const county: Region = { code: "430102", name: "芙蓉区", level: "county", leaf: false };
const draft = emptyDraft;
const messages = (faults: readonly { message: string }[]): string[] => faults.map(({ message }) => message);

test("an empty form lacks what the office needs, and nothing else", () => {
  const lacking = (["kind", "story", "place", "time", "people", "hide"] as const).map((page) =>
    messages(faultsOf(page, draft())),
  );
  expect(lacking).toEqual([
    ["kind.missing"],
    ["story.missing"],
    ["place.missing"],
    ["time.missing"],
    ["people.missing"],
    [],
  ]);
});

test("a story may be as long as the API takes, in characters and not in code units", () => {
  expect(lengthOf("𠮷a")).toBe(2);
  expect(faultsOf("story", { ...draft(), narrative: "𠮷".repeat(LIMIT.narrative) })).toEqual([]);
  expect(faultsOf("story", { ...draft(), narrative: "字".repeat(LIMIT.narrative + 3) })).toEqual([
    { field: "narrative", message: "story.tooLong", values: { limit: LIMIT.narrative, over: 3 } },
  ]);
  expect(messages(faultsOf("story", { ...draft(), narrative: " \n " }))).toEqual(["story.missing"]);
});

test("a place goes down to the county, or says that it is not sure", () => {
  expect(faultsOf("place", { ...draft(), regions: [province] })[0]).toMatchObject({
    field: "region-1",
    message: "place.missingNext",
  });
  expect(faultsOf("place", { ...draft(), regions: [province], unsureAt: 1 })).toEqual([]);
  expect(faultsOf("place", { ...draft(), regions: [province, county] })).toEqual([]);
});

test("an exact time needs a day that has come", () => {
  const exact = { ...draft(), when: "exact" as const };
  expect(messages(faultsOf("time", exact, "2026-03-03"))).toEqual(["time.dayMissing"]);
  expect(messages(faultsOf("time", { ...exact, day: "2026-03-04" }, "2026-03-03"))).toEqual(["time.dayFuture"]);
  expect(messages(faultsOf("time", { ...exact, day: "20266-03-04" }, "2026-03-03"))).toEqual(["time.dayBad"]);
  expect(faultsOf("time", { ...exact, day: "2026-03-03" }, "2026-03-03")).toEqual([]);
  expect(messages(faultsOf("time", { ...draft(), when: "roughly" }))).toEqual(["time.noteMissing"]);
  expect(faultsOf("time", { ...draft(), when: "ongoing" })).toEqual([]);
});

test("a card needs one thing at least, a body its name", () => {
  const subject = emptySubject();
  const known = { ...draft(), known: "yes" as const };
  expect(messages(faultsOf("people", { ...known, subjects: [subject] }))).toEqual(["people.empty"]);
  expect(faultsOf("people", { ...known, subjects: [{ ...subject, nickname: "老三" }] })).toEqual([]);
  const body = { ...subject, kind: "agency" as const, description: "在路口" };
  expect(faultsOf("people", { ...known, subjects: [body] })[0]).toMatchObject({
    field: `subject-${subject.id}-name`,
    message: "people.nameMissing",
  });
});

test("of several cards each fault names its own", () => {
  const [first, second] = [emptySubject(), emptySubject()];
  const known = { ...draft(), known: "yes" as const };
  expect(faultsOf("people", { ...known, subjects: [first, second] })).toEqual([
    { field: `subject-${first.id}-name`, message: "people.empty", card: 1 },
    { field: `subject-${second.id}-name`, message: "people.empty", card: 2 },
  ]);
  expect(faultsOf("people", { ...known, subjects: [first] })[0]).not.toHaveProperty("card");
});

test("exclusions have a limit in all", () => {
  const officials = Array.from({ length: 21 }, () => ({ ...emptyOfficial(), name: "张某" }));
  expect(messages(faultsOf("hide", { ...draft(), officials }))).toEqual(["hide.limit"]);
});

test("the API's pointers lead to pages and fields, in the pages' order", () => {
  const subject = { ...emptySubject(), name: "张三" };
  const official = { ...emptyOfficial(), name: "王某" };
  const given = {
    ...draft(),
    known: "yes" as const,
    subjects: [subject],
    hideFrom: [{ id: "a", name: "甲" }],
    officials: [emptyOfficial(), official],
  };
  const found = serverFaults(
    [
      { pointer: "/exclusions/1/official", code: "string_too_long", detail: "" },
      { pointer: "/subjects/0/nickname", code: "control_characters", detail: "" },
      { pointer: "/occurred/at", code: "datetime_from_date_parsing", detail: "" },
      { pointer: "/narrative", code: "missing", detail: "" },
      { pointer: "/conduct", code: "enum", detail: "" },
      { pointer: "/region_code", code: "never_heard_of", detail: "" },
    ],
    given,
  );
  expect(found).toEqual([
    { question: "kind", field: "conduct-0", message: "fault.notFound" },
    { question: "story", field: "narrative", message: "fault.missing" },
    { question: "place", field: "region-0", message: "fault.other" },
    { question: "time", field: "day", message: "fault.date" },
    { question: "people", field: `subject-${subject.id}-nickname`, message: "fault.characters" },
    { question: "hide", field: `official-${official.id}`, message: "fault.tooLong" },
  ]);
});

test("a page is reached only when the ones before it are answered", () => {
  const done = new Set(["kind", "story"]);
  const isDone = (page: string): boolean => done.has(page);
  expect(allowed("story", isDone)).toBe("story");
  expect(allowed("people", isDone)).toBe("place");
  expect(allowed("check", isDone)).toBe("place");
  expect(allowed("start", isDone)).toBe("start");
});

test.each([
  ["story", { narrative: "300\u00075个人" }],
  ["place", { place: "300\u00075个人" }],
  ["people", { known: "no", noticed: "300\u00075个人" }],
] as const)("what nobody sees and nothing keeps is named on the page %s, with where it stands", (question, given) => {
  const fault = faultsOf(question, { ...draft(), ...given }).find(({ message }) => message === "fault.unseen");
  expect(fault?.values).toEqual({ place: "300▯5个人" });
});
