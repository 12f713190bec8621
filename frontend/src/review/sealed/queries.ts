// What the pages of sealed tips read and send.
import { useInfiniteQuery, useQuery } from "@tanstack/vue-query";
import { bodyOf, idempotencyKey } from "../../api/client";
import type { components } from "../../api/schema";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

type Schemas = components["schemas"];
export type SealedKeyItem = Schemas["SealedKeyItem"];
export type SealedTipItem = Schemas["SealedTipItem"];

export function useSealedKeys() {
  return useQuery({
    queryKey: queryKeys.sealedKeys,
    queryFn: () => bodyOf(api.GET("/api/v1/sealed-keys")),
    select: ({ items }) => items,
  });
}

export function useKnownSealed() {
  return useInfiniteQuery({
    queryKey: queryKeys.sealedTips,
    queryFn: ({ pageParam }) =>
      bodyOf(api.GET("/api/v1/sealed-tips", { params: { query: { limit: 100, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** Recorded each time: who opens a sealed tip asks for it. */
export const takeToRead = (lead_id: string, tip_id: string): Promise<SealedTipItem> =>
  bodyOf(api.POST("/api/v1/leads/{lead_id}/sealed-tips/{tip_id}/reading", { params: { path: { lead_id, tip_id } } }));

export const publishSealedKey = (body: Schemas["NewSealedKey"]): Promise<SealedKeyItem> =>
  bodyOf(api.POST("/api/v1/sealed-keys", { params: { header: once(idempotencyKey()) }, body }));

export const rewrapSealedKey = (key_id: string, body: Schemas["NewWrapping"]): Promise<SealedKeyItem> =>
  bodyOf(api.PUT("/api/v1/sealed-keys/{key_id}/wrapping", { params: { path: { key_id } }, body }));

export const envelopesToReseal = (key_id: string): Promise<Schemas["SealedBatch"]> =>
  bodyOf(api.GET("/api/v1/sealed-keys/{key_id}/envelopes", { params: { path: { key_id } } }));

export const sendResealed = (key_id: string, body: Schemas["SealedResealing"]): Promise<Schemas["SealedResealed"]> =>
  bodyOf(api.POST("/api/v1/sealed-keys/{key_id}/resealing", { params: { path: { key_id } }, body }));

export const sendSealed = (
  lead_id: string,
  tip_id: string,
  sealed: Schemas["SealedText"],
  key: string,
): Promise<unknown> =>
  bodyOf(
    api.POST("/api/v1/leads/{lead_id}/messages", {
      params: { path: { lead_id }, header: once(key) },
      body: { sealed, tip_id },
    }),
  );
