// What the pages of sealed identity read and send.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf, idempotencyKey } from "../../api/client";
import type { components } from "../../api/schema";
import { useActing } from "../leads/acting";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

type Schemas = components["schemas"];
export type DeskKeyItem = Schemas["IdentityKeyItem"];
export type DeskOpening = Schemas["DeskOpening"];
export type Opening = Schemas["OpeningItem"];
export type Purpose = Schemas["OpeningPurpose"];

const at = (lead_id: string, opening_id: string) => ({ params: { path: { lead_id, opening_id } } });

export function useDeskKeys() {
  return useQuery({
    queryKey: queryKeys.identityKeys,
    queryFn: () => bodyOf(api.GET("/api/v1/identity-keys")),
    select: ({ items }) => items,
  });
}

export function useDeskOpenings() {
  return useQuery({
    queryKey: queryKeys.identityDesk,
    queryFn: () => bodyOf(api.GET("/api/v1/identity-desk/openings")),
    select: ({ items }) => items,
    refetchInterval: 30_000,
  });
}

export function useAudited() {
  return useInfiniteQuery({
    queryKey: queryKeys.identityOpenings,
    queryFn: ({ pageParam }) =>
      bodyOf(api.GET("/api/v1/identity-openings", { params: { query: { limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useLeadIdentity(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => queryKeys.leadIdentity(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/identity", { params: { path: { lead_id: toValue(id) } } })),
  });
}

export const publishKey = (body: Schemas["NewIdentityKey"]): Promise<DeskKeyItem> =>
  bodyOf(api.POST("/api/v1/identity-keys", { params: { header: once(idempotencyKey()) }, body }));

export const rewrapKey = (version: number, body: Schemas["NewWrapping"]): Promise<DeskKeyItem> =>
  bodyOf(api.PUT("/api/v1/identity-keys/{version}/wrapping", { params: { path: { version } }, body }));

export const nextEnvelopes = (version: number): Promise<Schemas["EnvelopeBatch"]> =>
  bodyOf(api.GET("/api/v1/identity-keys/{version}/envelopes", { params: { path: { version } } }));

export const sendResealed = (version: number, body: Schemas["Resealing"]): Promise<Schemas["ResealingDone"]> =>
  bodyOf(api.POST("/api/v1/identity-keys/{version}/resealing", { params: { path: { version } }, body }));

export const handOver = (opening_id: string, envelope: string): Promise<unknown> =>
  bodyOf(
    api.POST("/api/v1/identity-desk/openings/{opening_id}/envelope", {
      params: { path: { opening_id } },
      body: { envelope },
    }),
  );

/** The acts on one request; each reads the lead's requests anew. */
export function useOpeningVerbs(lead: MaybeRefOrGetter<string>) {
  const done = useActing(lead, { changes: queryKeys.leadIdentity });
  const path = (opening: string) => at(toValue(lead), opening);
  return {
    ask: (body: Schemas["NewOpening"], key: string) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/identity/openings", {
            params: { path: { lead_id: toValue(lead) }, header: once(key) },
            body,
          }),
        ),
      ),
    decide: (opening: string, agreed: boolean) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/identity/openings/{opening_id}/decision", {
            ...path(opening),
            body: { agreed },
          }),
        ),
      ),
    read: (opening: string) =>
      done(bodyOf(api.POST("/api/v1/leads/{lead_id}/identity/openings/{opening_id}/reading", path(opening)))),
    end: (opening: string) =>
      done(bodyOf(api.POST("/api/v1/leads/{lead_id}/identity/openings/{opening_id}/end", path(opening)))),
    withhold: (opening: string, until: string, reason: string) =>
      done(
        bodyOf(
          api.POST("/api/v1/leads/{lead_id}/identity/openings/{opening_id}/withholding", {
            ...path(opening),
            body: { until, reason },
          }),
        ),
      ),
  };
}
