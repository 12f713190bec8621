// The links around one lead, as what is drawn and as what is listed: both say the same.
import type { ElementDefinition } from "cytoscape";
import type { Graph } from "../../lib/types";

type Node = Graph["nodes"][number];
export type ListedEdge = Graph["edges"][number] & { ends: Node[] };

/** How many links lie between each lead and the start; leads that no edge reaches are not in it. */
export function ringOf({ nodes, edges }: Graph): Map<string, number> {
  const rings = new Map(nodes.filter((node) => node.start).map((node) => [node.lead.id, 0]));
  for (let ring = 0, found = rings.size; found; ring += 1) {
    found = 0;
    for (const { lead_a: a, lead_b: b } of edges) {
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const) {
        if (rings.get(from) !== ring || rings.has(to)) continue;
        rings.set(to, ring + 1);
        found += 1;
      }
    }
  }
  return rings;
}

/** Every edge with both of its leads, the one nearer to the start first; nearest and strongest edges first. */
export function ends(graph: Graph): ListedEdge[] {
  const rings = ringOf(graph);
  const far = (node: Node): number => rings.get(node.lead.id) ?? Infinity;
  const nodes = new Map(graph.nodes.map((node) => [node.lead.id, node]));
  return graph.edges
    .map((edge) => ({
      ...edge,
      ends: [edge.lead_a, edge.lead_b].flatMap((id) => nodes.get(id) ?? []).sort((one, other) => far(one) - far(other)),
    }))
    .sort((one, other) => Math.min(...one.ends.map(far)) - Math.min(...other.ends.map(far)) || other.score - one.score);
}

/** The same as elements of a drawing. An edge whose other lead is not there is left out. */
export function drawn({ nodes, edges }: Graph): ElementDefinition[] {
  const known = new Set(nodes.map((node) => node.lead.id));
  return [
    ...nodes.map((node) => ({ data: { id: node.lead.id, label: node.lead.number, start: node.start } })),
    ...edges
      .filter((edge) => known.has(edge.lead_a) && known.has(edge.lead_b))
      .map((edge) => ({ data: { id: edge.id, source: edge.lead_a, target: edge.lead_b, status: edge.status } })),
  ];
}
