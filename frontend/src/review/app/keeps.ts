// Whether the officer who is signed in keeps a share of a key, and has to do something about it; the page itself is custody/MySharesPage.vue.
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bodyOf } from "../../api/client";
import type { components } from "../../api/schema";
import { api } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

type MyShare = components["schemas"]["MyShare"];
const KEPT_MS = 600_000;
const SOON_MS = 30 * 86_400_000;

/** The shares that the officer keeps; asked again when a page is opened, unless the answer is younger than `staleTime`. */
export function useMyShares(staleTime = 0) {
  return useQuery({
    queryKey: queryKeys.myShares,
    queryFn: () => bodyOf(api.GET("/api/v1/me/key-shares")),
    select: ({ items }) => items,
    staleTime,
  });
}

/** What the navigation says of them: nothing where there are none, and whether one waits to be confirmed. */
export function useKeepsShares(): Ref<"" | "keyShares" | "keySharesDue"> {
  const { data } = useMyShares(KEPT_MS);
  const waits = ({ due_at, destroyed_at }: MyShare): boolean =>
    !!destroyed_at || !due_at || Date.parse(due_at) - Date.now() < SOON_MS;
  return computed(() => (!data.value?.length ? "" : data.value.some(waits) ? "keySharesDue" : "keyShares"));
}
