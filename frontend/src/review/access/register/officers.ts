// Officers' accounts: what the administrator's page reads and sends.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema";
import { api, once } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import type { Officer } from "../../lib/types";

type NewOfficer = components["schemas"]["NewOfficer"];
export type OfficerChange = components["schemas"]["OfficerChange"];

/** Letters and digits that are not mistaken for each other when they are read out. */
const SIGNS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/** A first password of 16 signs (about 93 bits) for somebody else to type once. */
export function firstPassword(): string {
  const numbers = crypto.getRandomValues(new Uint32Array(16));
  return [...numbers]
    .map((number) => SIGNS[number % SIGNS.length])
    .join("")
    .replace(/(.{4})(?=.)/g, "$1-");
}

/** Only what differs is sent, so that nobody's change of another field is undone. */
export function changeOf(
  before: Officer,
  now: { name: string; roles: string[]; active: boolean; head: boolean; document: string },
): OfficerChange {
  const sameRoles = [...before.roles].sort().join() === [...now.roles].sort().join();
  return {
    document: now.document.trim(),
    ...(now.name.trim() !== before.name && { name: now.name.trim() }),
    ...(!sameRoles && { roles: now.roles as Officer["roles"] }),
    ...(now.active !== before.active && { active: now.active }),
    ...(now.head && !before.head && { head: true as const }),
  };
}

export function useOfficerPages(agency: MaybeRefOrGetter<string>) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.officerPages(toValue(agency))),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/officers", {
          params: { query: { limit: 100, cursor: pageParam, agency: toValue(agency) || undefined } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useOfficerAccounts() {
  const cache = useQueryClient();
  const onSuccess = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKeys.officers });
  const create = useMutation({
    mutationFn: ({ body, key }: { body: NewOfficer; key: string }) =>
      bodyOf(api.POST("/api/v1/officers", { params: { header: once(key) }, body })),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ id, body }: { id: string; body: OfficerChange }) =>
      bodyOf(api.PATCH("/api/v1/officers/{officer_id}", { params: { path: { officer_id: id } }, body })),
    onSuccess,
  });
  const reset = useMutation({
    mutationFn: ({ id, password }: { id: string; password: string }) =>
      api.POST("/api/v1/officers/{officer_id}/sign-in-reset", {
        params: { path: { officer_id: id } },
        body: { password },
      }),
    onSuccess,
  });
  return { create, change, reset };
}
