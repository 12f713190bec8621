// The unit of a reported person is put forward for hiding; a reported agency is kept out without being asked.
import { beforeAll, expect, test } from "vitest";
import { answers } from "./answers";
import { emptyDraft, emptySubject, toTip, type Draft } from "./draft";
import { loadLanguage } from "../messages";
import { putForward, reported } from "./units";

beforeAll(() => loadLanguage("zh-CN"));

const agencies = [
  { id: "a1", name: "长沙市公安局", kind: "police" },
  { id: "a2", name: "长沙市公安局岳麓分局", kind: "police" },
  { id: "a3", name: "长沙市市场监管局", kind: "market" },
] as unknown as Parameters<typeof reported>[1];

const naming = (...cards: Partial<Draft["subjects"][number]>[]): Draft => ({
  ...emptyDraft(),
  known: "yes",
  subjects: cards.map((card) => ({ ...emptySubject(), ...card })),
});
const hidden = (draft: Draft): string[] => draft.hideFrom.map(({ id }) => id);

test.each([
  ["长沙市市场监管局", ["a3"]],
  ["长沙市 市场监管局 ", ["a3"]],
  ["长沙市公安局岳麓分局刑侦大队", ["a2"]],
  ["长沙市公安局刑侦支队", ["a1"]],
  ["岳麓分局", ["a2"]],
  ["公安局", []],
  ["", []],
  ["某货运信息部", []],
])("a person of %s: hidden from %s", (unit, ids) => {
  const draft = naming({ name: "张某", unit });
  putForward(draft, agencies);
  expect(hidden(draft)).toEqual(ids);
});

test("what was unticked is not ticked again", () => {
  const draft = naming({ unit: "长沙市市场监管局" });
  putForward(draft, agencies);
  draft.hideFrom = [];
  putForward(draft, agencies);
  expect(hidden(draft)).toEqual([]);
});

test("a reported agency is linked, however it is spaced, and the check page says that it is kept out", () => {
  const draft = naming({ kind: "agency", name: " 长沙市　市场监管局" });
  expect(toTip(draft, "h", agencies, "").subjects[0]?.agency_id).toBe("a3");
  const row = answers(draft, null, agencies).find(({ question }) => question === "hide");
  expect(row?.lines).toEqual(["长沙市市场监管局（已自动排除）"]);
});

test("whoever says that nobody is known names no unit", () => {
  const draft: Draft = { ...naming({ unit: "长沙市市场监管局" }), known: "no" };
  putForward(draft, agencies);
  expect(hidden(draft)).toEqual([]);
});
