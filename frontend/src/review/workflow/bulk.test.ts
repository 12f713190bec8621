// Choosing leads and what may be done with them together.
import { expect, test } from "vitest";
import type { LeadRow } from "../lib/types";
import { useSelection, verbsFor } from "./bulk";

const row = (id: string, ...allowed: string[]): LeadRow =>
  ({ id, version: 1, allowed_actions: allowed }) as unknown as LeadRow;
const rows = ["a", "b", "c", "d"].map((id) => row(id, "acknowledge"));

test("X chooses and lets go, Shift takes the range in either direction", () => {
  const { chosen, toggle } = useSelection();
  toggle(rows[3]!, rows, false);
  toggle(rows[1]!, rows, true);
  expect([...chosen.value.keys()].sort()).toEqual(["b", "c", "d"]);
  toggle(rows[2]!, rows, false);
  expect([...chosen.value.keys()].sort()).toEqual(["b", "d"]);
});

test("a chosen lead is sent at its newest version", () => {
  const { chosen, toggle, refresh } = useSelection();
  toggle(rows[0]!, rows, false);
  refresh([{ ...rows[0]!, version: 5 }]);
  expect(chosen.value.get("a")?.version).toBe(5);
});

test("a verb is offered when one of the chosen leads allows it and the server takes it for many", () => {
  expect(verbsFor(["screen", "acknowledge"], [row("a", "acknowledge", "dispute"), row("b", "approve")])).toEqual([
    "acknowledge",
  ]);
});
