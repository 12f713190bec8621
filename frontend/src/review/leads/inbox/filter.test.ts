// The inbox's filter and its address: one can be had back from the other, and the API gets what it understands.
import { expect, test } from "vitest";
import type { LocationQuery } from "vue-router";
import {
  EMPTY,
  fromKept,
  fromQuery,
  isLeadNumber,
  leadNumber,
  narrowing,
  sameFilter,
  toApi,
  toQuery,
  type LeadFilter,
} from "./filter";

const full: LeadFilter = {
  ...EMPTY,
  state: ["verifying", "received"],
  nature: "gang",
  region: "430102",
  officer: "me",
  open: true,
  overdue: true,
  received_from: "2026-03-01",
  received_to: "2026-03-31",
  sort: "due_at",
};
const address = (filter: LeadFilter): LocationQuery => toQuery(filter) as LocationQuery;

test("a filter comes back from its own address", () => {
  expect(fromQuery(address(full))).toEqual({ ...full, state: ["received", "verifying"] });
  expect(fromQuery({})).toEqual(EMPTY);
});

test("what is not set is not in the address", () => {
  expect(toQuery({ ...EMPTY })).toEqual({});
  expect(toQuery({ ...EMPTY, sort: "due_at" })).toEqual({ sort: "due_at" });
});

test("one state in the address is a list of one", () => {
  expect(fromQuery({ state: "received" }).state).toEqual(["received"]);
});

test("an old or mistyped address still opens", () => {
  const filter = fromQuery({ sort: "colour", flavour: "sweet", overdue: "perhaps", nature: [null, "gang"] });
  expect(filter).toEqual({ ...EMPTY, nature: "gang" });
});

test("the API gets days as moments in China and nothing empty", () => {
  expect(JSON.parse(JSON.stringify(toApi(full)))).toEqual({
    state: ["received", "verifying"],
    nature: "gang",
    region: "430102",
    officer: "me",
    open: true,
    overdue: true,
    received_from: "2026-03-01T00:00:00+08:00",
    received_to: "2026-03-31T23:59:59+08:00",
    sort: "due_at",
  });
});

test("two filters are the same whatever the order of their states", () => {
  expect(sameFilter(full, { ...full, state: ["received", "verifying"] })).toBe(true);
  expect(sameFilter(full, { ...full, overdue: false })).toBe(false);
});

test("the sort does not count as narrowing", () => {
  expect(narrowing({ ...EMPTY, sort: "due_at" })).toBe(0);
  expect(narrowing(full)).toBe(8);
});

test.each([
  ["483920170", "2026-483920170"],
  ["2025-483920175", "2025-483920175"],
  [" 2026-4839 20170 ", "2026-483920170"],
  ["２０２６－４８３９２０１７０", "2026-483920170"],
  ["2026 483 920 170", "2026-483920170"],
  ["123", "123"],
  ["abc", "abc"],
  ["", ""],
])("%j is looked up as %j", (typed, number) => {
  expect(leadNumber(typed, 2026)).toBe(number);
});

test("a counted view of two overlays survives the address and is asked for as both", () => {
  const filter = fromKept({ open: true, overlay: ["supervised", "listed"] });
  expect(fromQuery(toQuery(filter) as Record<string, string[]>)).toEqual({
    ...filter,
    overlay: ["listed", "supervised"],
  });
  expect(toApi(filter)).toMatchObject({ open: true, overlay: ["listed", "supervised"] });
});

// The same numbers as in tests/kit/database/test_numbers.py: ISO 7064, MOD 11,10.
test.each([
  ["2026-483920170", true],
  ["2026-000000126", true],
  ["2026-483920171", false],
  ["2026-843920170", false],
  ["2025-483920170", false],
  ["2026-48392017", false],
])("%j is a lead's number: %j", (number, good) => {
  expect(isLeadNumber(number)).toBe(good);
});
