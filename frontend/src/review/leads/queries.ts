// What the leads pages read and send; a change is put into every list that shows the lead, so that no row jumps.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../api/client";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";
import type { LeadPage, SearchPage, Snippet } from "../lib/types";
import { toApi, type LeadFilter } from "./inbox/filter";
import { changedHere } from "./live";

/** The first page is small, so that it is there at once; who scrolls on gets as many as the API gives. */
const PAGE = 50;
const NEXT_PAGES = 200;

/** A page of the list; of a search also what was looked for, and where it stands in each lead. */
export type FoundRow = LeadPage["items"][number] & { snippets?: Snippet[] };
export type FoundPage = Omit<LeadPage, "items"> & { items: FoundRow[] } & Partial<
    Pick<SearchPage, "ignored" | "complete">
  >;
const at = (lead_id: string) => ({ params: { path: { lead_id } } });

export function useLeadPages(filter: MaybeRefOrGetter<LeadFilter>) {
  const cache = useQueryClient();
  const queryKey = computed(() => queryKeys.leadList(toApi(toValue(filter))));
  const query = useInfiniteQuery({
    queryKey,
    queryFn: ({ pageParam }): Promise<FoundPage> => {
      const { sort, ...narrow } = toApi(toValue(filter));
      const page = { limit: pageParam ? NEXT_PAGES : PAGE, cursor: pageParam };
      const { q } = toValue(filter);
      return q
        ? bodyOf(api.GET("/api/v1/leads/search", { params: { query: { ...narrow, ...page, q } } }))
        : bodyOf(api.GET("/api/v1/leads", { params: { query: { ...narrow, ...page, sort } } }));
    },
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    // With 100,000 rows loaded, comparing or proxying each of them at every page would hold up the scrolling.
    structuralSharing: false,
    shallow: true,
  });
  /** Forget all pages but the first, and read that anew. */
  async function startAgain(): Promise<void> {
    cache.setQueryData<InfiniteData<FoundPage, string | undefined>>(
      queryKey.value,
      (list) => list && { pages: list.pages.slice(0, 1), pageParams: list.pageParams.slice(0, 1) },
    );
    await query.refetch();
  }
  return { ...query, startAgain };
}

export function useLead(id: MaybeRefOrGetter<string>, enabled = true) {
  return useQuery({
    queryKey: computed(() => queryKeys.lead(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}", at(toValue(id)))),
    enabled,
  });
}

/** Who answered for the lead at a moment; asked only once there is one. */
export function useAnswering(id: MaybeRefOrGetter<string>, at: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => queryKeys.responsible(toValue(id), toValue(at))),
    queryFn: () =>
      bodyOf(
        api.GET("/api/v1/leads/{lead_id}/responsible", {
          params: { path: { lead_id: toValue(id) }, query: { at: toValue(at) } },
        }),
      ),
    enabled: () => toValue(at) !== "",
  });
}

/** Who read the lead or took something out of it; asked for when it is opened. */
export function useAccesses(id: MaybeRefOrGetter<string>, enabled: MaybeRefOrGetter<boolean>) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.accesses(toValue(id))),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/leads/{lead_id}/timeline", {
          params: { path: { lead_id: toValue(id) }, query: { limit: 100, cursor: pageParam, accesses: true } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    enabled: () => toValue(enabled),
  });
}

/** Of the reporter, and seen by nobody who works on it. */
export const isNew = ({ from, read_at }: { from: string; read_at: string | null }): boolean =>
  !read_at && (from === "reporter" || from === "objection");

export function useMessages(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => queryKeys.messages(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/messages", at(toValue(id)))),
    select: (page) => page.items,
  });
}

/** Says that what the reporter added was seen: the lead is no news any more, anywhere. One's own act is none, either. */
export function useReadNews(id: MaybeRefOrGetter<string>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: () => {
      changedHere(toValue(id));
      return bodyOf(api.POST("/api/v1/leads/{lead_id}/messages/read", at(toValue(id))));
    },
    onSuccess: () =>
      Promise.all(
        [queryKeys.lead(toValue(id)), queryKeys.leads, queryKeys.counts, queryKeys.news].map((queryKey) =>
          cache.invalidateQueries({ queryKey }),
        ),
      ),
  });
}

export function useSendMessage(id: MaybeRefOrGetter<string>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ text, key, tipId }: { text: string; key: string; tipId: string | undefined }) =>
      bodyOf(
        api.POST("/api/v1/leads/{lead_id}/messages", {
          params: { path: { lead_id: toValue(id) }, header: once(key) },
          body: { text, tip_id: tipId ?? null },
        }),
      ),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queryKeys.timeline(toValue(id)) });
      return cache.invalidateQueries({ queryKey: queryKeys.messages(toValue(id)) });
    },
  });
}
