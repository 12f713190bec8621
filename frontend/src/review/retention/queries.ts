// What the pages of retention and exoneration read and send.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf, idempotencyKey } from "../../api/client";
import type { components } from "../../api/schema";
import { useActing } from "../leads/acting";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

type Schemas = components["schemas"];
export type Retention = Schemas["LeadRetention"];
export type Notice = Schemas["NoticeItem"];
export type Correction = Schemas["CorrectionItem"];

export function useRetention(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => queryKeys.leadRetention(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/retention", { params: { path: { lead_id: toValue(id) } } })),
  });
}

/** The acts on one lead; each reads the lead anew. */
export function useRetentionVerbs(lead: MaybeRefOrGetter<string>) {
  const done = useActing(lead, { also: [queryKeys.notices] });
  const path = () => ({ lead_id: toValue(lead) });
  const header = () => once(idempotencyKey());
  return {
    review: (note: string) =>
      done(bodyOf(api.POST("/api/v1/leads/{lead_id}/retention/review", { params: { path: path() }, body: { note } }))),
    askHold: (body: Schemas["NewHold"]) =>
      done(bodyOf(api.POST("/api/v1/leads/{lead_id}/holds", { params: { path: path(), header: header() }, body }))),
    decideHold: (hold_id: string, agreed: boolean) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/holds/{hold_id}/decision", {
            params: { path: { ...path(), hold_id } },
            body: { agreed },
          }),
        ),
      ),
    liftHold: (hold_id: string, reason: string) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/holds/{hold_id}/lift", {
            params: { path: { ...path(), hold_id } },
            body: { reason },
          }),
        ),
      ),
    correct: (body: Schemas["NewCorrection"]) =>
      done(
        bodyOf(api.POST("/api/v1/leads/{lead_id}/corrections", { params: { path: path(), header: header() }, body })),
      ),
    propose: (body: Schemas["NewExoneration"]) =>
      done(
        bodyOf(api.POST("/api/v1/leads/{lead_id}/exonerations", { params: { path: path(), header: header() }, body })),
      ),
    decideExoneration: (exoneration_id: string, agreed: boolean) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/exonerations/{exoneration_id}/decision", {
            params: { path: { ...path(), exoneration_id } },
            body: { agreed },
          }),
        ),
      ),
    acknowledge: (notice_id: string) =>
      done(bodyOf(api.POST("/api/v1/notices/{notice_id}/acknowledgement", { params: { path: { notice_id } } }))),
  };
}

export function useNotices() {
  return useInfiniteQuery({
    queryKey: queryKeys.openNotices,
    queryFn: ({ pageParam }) =>
      bodyOf(api.GET("/api/v1/me/notices", { params: { query: { limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useExpiring() {
  return useQuery({
    queryKey: queryKeys.expiring,
    queryFn: () => bodyOf(api.GET("/api/v1/retention/upcoming", { params: { query: { days: 30, limit: 100 } } })),
    select: ({ items }) => items,
  });
}

/** What a notice says beside its kind: codes, dates and numbers, in words. */
export interface NoticeFacts {
  expires_on?: string;
  cause?: string;
  document_number?: string;
  fields?: string[];
  subjects?: { tip_id: string; seq: number }[];
  status?: string;
}
