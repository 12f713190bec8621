// Whether the officer who is signed in keeps a share of a key; the page itself is custody/MySharesPage.vue.
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bodyOf } from "../../api/client";
import { api } from "./api";

const KEPT_MS = 600_000;

/** The shares that the officer keeps; asked again when a page is opened, unless the answer is younger than `staleTime`. */
export function useMyShares(staleTime = 0) {
  return useQuery({
    queryKey: ["key-shares", "mine"],
    queryFn: () => bodyOf(api.GET("/api/v1/me/key-shares")),
    select: ({ items }) => items,
    staleTime,
  });
}

export function useKeepsShares(): Ref<boolean> {
  const { data } = useMyShares(KEPT_MS);
  return computed(() => !!data.value?.length);
}
