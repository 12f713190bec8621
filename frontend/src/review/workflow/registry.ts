// The kinds of matters that the dashboard knows: a new one is a line here, and a file in its folder (leads/matter.ts).
// What a kind says comes with the first page that shows one, so that a page carries only what it speaks of.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { computed } from "vue";
import { queryKeys } from "../lib/query/keys";
import type { BulkOrder, Matter, MatterKind, Order } from "./matter";

export type Kind = "lead" | "channel";

const known = new Map<Kind, MatterKind>();

export function register(kind: Kind, says: MatterKind): void {
  known.set(kind, says);
}

/** What a kind says. Its matters are made in the file that registers it, so that it is there before they are. */
export function kindOf(kind: Kind): MatterKind {
  const says = known.get(kind);
  if (!says) throw new Error(`nothing has registered the kind of matter ${kind}`);
  return says;
}

/** What happened to a matter, from its beginning. */
export function useTimeline(matter: () => Pick<Matter, "kind" | "id">) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.timeline(matter().id)),
    queryFn: ({ pageParam }) => {
      const { kind, id } = matter();
      return kindOf(kind).readTimeline?.(id, pageParam) ?? { items: [], next_cursor: null };
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** One verb on one matter, or the second officer's word on it; null where it takes the matter out of the officer's sight. */
export function useVerb() {
  const cache = useQueryClient();
  return useMutation({ mutationFn: (order: Order) => kindOf(order.matter.kind).send(cache, order) });
}

/** One verb on many matters of a kind: what came of each. */
export function useBulkVerb(kind: Kind) {
  const cache = useQueryClient();
  return useMutation({ mutationFn: (order: BulkOrder) => kindOf(kind).sendMany(cache, order) });
}
