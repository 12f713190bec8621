// What is listed beside the drawing of links is what is drawn, from the start outwards.
import { expect, test } from "vitest";
import type { Graph } from "../../lib/types";
import { drawn, ends, ringOf } from "./graph";

const node = (id: string, start = false) => ({ lead: { id, number: id }, start }) as Graph["nodes"][number];
const edge = (lead_a: string, lead_b: string, score = 1) =>
  ({
    id: `${lead_a}${lead_b}`,
    lead_a,
    lead_b,
    score,
    status: "proposed",
    reasons: ["same_phone"],
  }) as Graph["edges"][number];
const graph: Graph = {
  nodes: [node("c"), node("b"), node("a", true), node("d")],
  edges: [edge("c", "b"), edge("b", "a", 0.5), edge("d", "a", 0.9)],
  complete: true,
};

test("leads lie as many rings out as there are links to the start", () => {
  expect(ringOf(graph)).toEqual(
    new Map([
      ["a", 0],
      ["b", 1],
      ["d", 1],
      ["c", 2],
    ]),
  );
});

test("the list begins at the start, and each edge names the nearer lead first", () => {
  expect(ends(graph).map((one) => one.ends.map((end) => end.lead.id))).toEqual([
    ["a", "d"],
    ["a", "b"],
    ["b", "c"],
  ]);
});

test("every listed edge is drawn between its leads", () => {
  const lines = drawn(graph).filter((one) => "source" in one.data);
  expect(new Set(lines.map((one) => one.data.id))).toEqual(new Set(ends(graph).map((one) => one.id)));
  expect(drawn(graph)).toHaveLength(7);
});

test("an edge to a lead that is not there is not drawn, and is listed with the one end that is known", () => {
  const cut: Graph = { ...graph, edges: [edge("a", "unseen")] };
  expect(drawn(cut)).toHaveLength(4);
  expect(ends(cut)[0]?.ends.map((end) => end.lead.id)).toEqual(["a"]);
});
