// What the leads pages read and send; a change is put into every list that shows the lead, so that no row jumps.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { call } from "../shell/api";
import type { Lead, LeadRow, Message, Page, TimelineEntry } from "../shell/types";
import { toApi, type LeadFilter } from "./filter";

const PAGE = 50;

export function useLeadPages(filter: MaybeRefOrGetter<LeadFilter>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["leads", toApi(toValue(filter))]),
    queryFn: ({ pageParam }) => call<Page<LeadRow>>("GET", "/leads", { query: { ...toApi(toValue(filter)), limit: PAGE, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useLead(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ["lead", toValue(id)]),
    queryFn: () => call<Lead>("GET", `/leads/${encodeURIComponent(toValue(id))}`),
  });
}

export function useTimeline(id: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["timeline", toValue(id)]),
    queryFn: ({ pageParam }) => call<Page<TimelineEntry>>("GET", `/leads/${toValue(id)}/timeline`, { query: { limit: 100, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useMessages(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ["messages", toValue(id)]),
    queryFn: () => call<{ items: Message[] }>("GET", `/leads/${toValue(id)}/messages`),
    select: (page) => page.items,
  });
}

export function useSendMessage(id: MaybeRefOrGetter<string>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ text, key, tipId }: { text: string; key: string; tipId: string | undefined }) =>
      call<Message>("POST", `/leads/${toValue(id)}/messages`, { body: tipId ? { text, tip_id: tipId } : { text }, key }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["messages", toValue(id)] }),
  });
}

export interface Move { lead: Lead; verb: string; confirmation: boolean; body: Record<string, unknown> }

/** One verb on one lead, or the second officer's word on it. */
export function useMove() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ lead, verb, confirmation, body }: Move) =>
      call<Lead>("POST", `/leads/${lead.id}/${verb}${confirmation ? "/confirmation" : ""}`, { body, version: lead.version }),
    onSuccess: (lead) => {
      cache.setQueryData(["lead", lead.id], lead);
      cache.setQueriesData<InfiniteData<Page<LeadRow>>>({ queryKey: ["leads"] }, (list) => list && withLead(list, lead));
      void cache.invalidateQueries({ queryKey: ["timeline", lead.id] });
      void cache.invalidateQueries({ queryKey: ["leads"], refetchType: "none" });
    },
  });
}

function withLead(list: InfiniteData<Page<LeadRow>>, lead: Lead): InfiniteData<Page<LeadRow>> {
  const pages = list.pages.map((page) => ({ ...page, items: page.items.map((row) => (row.id === lead.id ? lead : row)) }));
  return { ...list, pages };
}
