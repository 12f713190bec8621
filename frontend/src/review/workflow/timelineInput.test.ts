// A recorded input is read as words, not as data.
import { beforeAll, expect, test } from "vitest";
import api from "../../../../docs/api/openapi.json";
import { startLanguage, withMessages } from "../lib/i18n";
import { inputLines, type InputNames } from "./timelineInput";

const names: InputNames = {
  label: (kind, code) => `${kind}:${code}`,
  name: (id) => ({ a1: "市公安局" })[id],
};
beforeAll(async () => {
  await startLanguage();
  await withMessages(["leads", "workflow"], () => Promise.resolve())();
});

test("codes get labels, yes and no are words, what is empty is left out", () => {
  const input = { nature: "gang", sector: "markets", complete: true, complex: false, note: null };
  expect(inputLines("lead:screen", input, names)).toEqual([
    { label: "性质", text: "nature:gang" },
    { label: "行业领域", text: "sector:markets" },
    { label: "内容是否足以核查", text: "是" },
    { label: "情况复杂", text: "否" },
  ]);
});

test("a reason is looked up among its own verb's, also while it is only asked for", () => {
  expect(inputLines("lead:ask_decline", { reason_code: "withdrawn" }, names)[0]?.text).toBe("decline_reason:withdrawn");
  expect(inputLines("lead:dispute", { reason_code: "conflict" }, names)[0]?.text).toBe("dispute_reason:conflict");
});

test("ids become names where they are known", () => {
  const lines = inputLines("lead:dispatch", { agency_id: "a1", assisting_agency_ids: ["a1", "a2"] }, names);
  expect(lines.map((line) => line.text)).toEqual(["市公安局", "市公安局、a2"]);
});

test("a field that nobody has named yet is still shown", () => {
  expect(inputLines("lead:invent", { newness: "quite" }, names)).toEqual([{ label: "newness", text: "quite" }]);
  expect(inputLines("lead:register", null, names)).toEqual([]);
});

test("ticks are counted, and what was written to them is read", () => {
  const items = [
    { code: "reporter_contacted", done: true, note: "已通话" },
    { code: "site_visited", done: true, note: null },
    { code: "payers", done: false, note: null },
  ];
  expect(inputLines("lead:tick_checklist", { items }, names)).toEqual([
    { label: "已完成", text: "2" },
    { label: "未完成", text: "1" },
    { label: "说明或证据", text: "已通话" },
  ]);
});

test("an answer that is sealed is not shown as the letters of its envelope", () => {
  expect(inputLines("lead:give_feedback", { text: null, sealed: [{ tip_id: "t1", body: "AAAA" }] }, names)).toEqual([]);
});

interface Field {
  $ref?: string;
  anyOf?: Field[];
  items?: Field;
  enum?: string[];
}
type Schemas = Record<string, Field & { properties?: Record<string, Field> }>;
const schemas = api.components.schemas as Schemas;
const kept = Object.entries(api["x-events"] as Record<string, { takes?: string }>).flatMap(([event, { takes }]) =>
  // What a second officer says stands within the request's schema.
  takes === undefined
    ? []
    : Object.entries(schemas[takes]?.properties ?? { agreed: {}, note: {} }).map(
        ([field, schema]) => [event, field, schema] as const,
      ),
);

/** The first code of an enumeration, and the taxonomy of its name: PauseReason is pause_reason. */
function coded(field: Field): [string, string] | undefined {
  const ref = [field, ...(field.anyOf ?? [])]
    .map((one) => one.$ref?.split("/").at(-1))
    .find((name) => name !== undefined);
  const code = schemas[ref ?? ""]?.enum?.[0];
  return ref && code ? [ref.replace(/(?<!^)([A-Z])/g, "_$1").toLowerCase(), code] : undefined;
}

test("the trail keeps inputs", () => {
  expect(kept.length).toBeGreaterThan(50);
});

test.each(kept)("%s: %s is shown in words", (event, field, schema) => {
  // Ticks are counted and a sealed answer is read elsewhere (above).
  if (event === "lead:tick_checklist" || field === "sealed") return;
  const [kind, code] = coded(schema) ?? [undefined, "x"];
  const [line] = inputLines(event, { [field]: code }, names);
  expect([line?.label, line?.text]).not.toContain(field);
  if (kind) expect(line?.text).toBe(`${kind}:${code}`);
});
