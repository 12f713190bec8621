// What the pages of the custodians' register read and send. A share itself is never among it.
import { useInfiniteQuery, useQuery, useQueryClient } from "@tanstack/vue-query";
import { bodyOf } from "../../api/client";
import { ApiProblem } from "../../api/problem";
import type { components } from "../../api/schema";
import { api } from "../lib/api";
import { hasMessage, t } from "../lib/i18n";
import { refusalText } from "../lib/problems";
import { queryKeys } from "../lib/query/keys";

type Schemas = components["schemas"];
export type KeyInRegister = Schemas["KeyInRegister"];
export type ShareItem = Schemas["ShareItem"];
export type MyShare = Schemas["MyShare"];
export type Report = Schemas["CustodyReport"];

export function useRegister() {
  return useQuery({
    queryKey: queryKeys.keyRegister,
    queryFn: () => bodyOf(api.GET("/api/v1/key-shares")),
    select: ({ items }) => items,
  });
}

export function useShareEvents(key_id: string) {
  return useInfiniteQuery({
    queryKey: queryKeys.keySteps(key_id),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/key-shares/{key_id}/events", { params: { path: { key_id }, query: { cursor: pageParam } } }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

/** Acts of a custodian; each answers with what they keep then. */
export function useCustodyVerbs() {
  const cache = useQueryClient();
  const done = async (answer: Promise<Schemas["MyShares"]>): Promise<void> =>
    void cache.setQueryData(queryKeys.myShares, await answer);
  const at = (custody_id: string) => ({ params: { path: { custody_id } } });
  return {
    confirm: (id: string, checked: boolean) =>
      done(bodyOf(api.POST("/api/v1/me/key-shares/{custody_id}/confirmation", { ...at(id), body: { checked } }))),
    report: (id: string, what: Report) =>
      done(bodyOf(api.POST("/api/v1/me/key-shares/{custody_id}/report", { ...at(id), body: { what } }))),
    handOn: (id: string, officer_id: string) =>
      done(bodyOf(api.POST("/api/v1/me/key-shares/{custody_id}/successor", { ...at(id), body: { officer_id } }))),
    reload: () => cache.invalidateQueries({ queryKey: queryKeys.myShares }),
  };
}

/** Records who keeps a share from now on; null: the desk took the sheet back. */
export function useNaming() {
  const cache = useQueryClient();
  return async (key: KeyInRegister, share: ShareItem, officer_id: string | null): Promise<void> => {
    const path = { key_id: key.key_id, number: share.number };
    const body = { officer_id, replaces: share.custody?.id ?? null };
    try {
      await bodyOf(api.PUT("/api/v1/key-shares/{key_id}/{number}/custodian", { params: { path }, body }));
    } finally {
      await cache.invalidateQueries({ queryKey: queryKeys.keyShares });
    }
  };
}

/** Why an officer may not keep a share, or why something else was refused. */
export function whyNot(error: unknown): string {
  const code = error instanceof ApiProblem ? error.fields[0]?.code : undefined;
  const key = `custody.refused.${code ?? ""}`;
  return hasMessage(key) ? t(key) : refusalText(error, { conflict: "custody.refused.conflict" });
}
