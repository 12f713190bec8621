// What the leads pages read and send; a change is put into every list that shows the lead, so that no row jumps.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../api/client";
import { api, once, seen } from "../shell/api";
import type { Lead, LeadPage } from "../shell/types";
import { toApi, type LeadFilter } from "./filter";

const PAGE = 50;
const at = (lead_id: string) => ({ params: { path: { lead_id } } });

export function useLeadPages(filter: MaybeRefOrGetter<LeadFilter>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["leads", toApi(toValue(filter))]),
    queryFn: ({ pageParam }) => bodyOf(api.GET("/api/v1/leads", { params: { query: { ...toApi(toValue(filter)), limit: PAGE, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useLead(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ["lead", toValue(id)]),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}", at(toValue(id)))),
  });
}

export function useTimeline(id: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["timeline", toValue(id)]),
    queryFn: ({ pageParam }) => 
      bodyOf(api.GET("/api/v1/leads/{lead_id}/timeline", { params: { path: { lead_id: toValue(id) }, query: { limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useMessages(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => ["messages", toValue(id)]),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/messages", at(toValue(id)))),
    select: (page) => page.items,
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
      void cache.invalidateQueries({ queryKey: ["timeline", toValue(id)] });
      return cache.invalidateQueries({ queryKey: ["messages", toValue(id)] });
    },
  });
}

/** Any verb's path. Its type stands for all of them: verbs.test.ts holds each form against its own schema. */
function movePath(verb: string, confirmation: boolean): "/api/v1/leads/{lead_id}/register" {
  return `/api/v1/leads/{lead_id}/${verb}${confirmation ? "/confirmation" : ""}` as "/api/v1/leads/{lead_id}/register";
}

export interface Move { lead: Lead; verb: string; confirmation: boolean; body: Record<string, unknown> }

/** One verb on one lead, or the second officer's word on it. */
export function useMove() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ lead, verb, confirmation, body }: Move) =>
      
      bodyOf(api.POST(movePath(verb, confirmation), { params: { path: { lead_id: lead.id }, header: seen(lead.version) }, body })),
    onSuccess: (lead) => {
      cache.setQueryData(["lead", lead.id], lead);
      cache.setQueriesData<InfiniteData<LeadPage>>({ queryKey: ["leads"] }, (list) => list && withLead(list, lead));
      void cache.invalidateQueries({ queryKey: ["timeline", lead.id] });
      void cache.invalidateQueries({ queryKey: ["leads"], refetchType: "none" });
    },
  });
}

function withLead(list: InfiniteData<LeadPage>, lead: Lead): InfiniteData<LeadPage> {
  const pages = list.pages.map((page) => ({ ...page, items: page.items.map((row) => (row.id === lead.id ? lead : row)) }));
  return { ...list, pages };
}
