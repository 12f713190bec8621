// Live updates: what is counted, what is not, and how patient the page is.
import { expect, test } from "vitest";
import { changedHere, take, waitBefore, type LiveState } from "./live";

const fresh = (): LiveState => ({ changed: new Set(), many: false });
const event = (ids: string[], many = false): string => JSON.stringify({ type: "matters", ids, many });

test("a lead that changed twice is counted once, and what this page did itself not at all", () => {
  const state = fresh();
  changedHere("mine");
  take(state, event(["a", "b", "mine"]));
  take(state, event(["a"]));
  expect([...state.changed]).toEqual(["a", "b"]);
});

test("many stays many until it was seen; other data is left alone", () => {
  const state = fresh();
  take(state, event([], true));
  take(state, event(["a"]));
  take(state, "not json");
  take(state, JSON.stringify({ type: "weather", ids: ["z"] }));
  expect([state.many, [...state.changed]]).toEqual([true, ["a"]]);
});

test("each try waits longer than the one before, up to a minute, and pages do not come back together", () => {
  expect([0, 1, 2, 9].map((attempt) => waitBefore(attempt, 1))).toEqual([2000, 4000, 8000, 60_000]);
  expect(waitBefore(0, 0)).toBe(1000);
});
