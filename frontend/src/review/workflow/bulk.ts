// Bulk verbs: which the server offers for many leads at once, and what came of each lead.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { ref } from "vue";
import { bodyOf } from "../../api/client";
import { problemFrom } from "../../api/problem";
import { api, once } from "../lib/api";
import { problemText } from "../lib/problems";
import { queryKeys } from "../lib/queryKeys";
import type { BulkResult, LeadRow } from "../lib/types";
import { changedHere } from "../leads/live";

export function useBulkVerbs() {
  return useQuery({ queryKey: queryKeys.bulkVerbs, queryFn: () => bodyOf(api.GET("/api/v1/leads/bulk")), staleTime: 3_600_000 });
}

/** The verbs that at least one of the chosen leads allows, in the server's order. */
export function verbsFor(offered: readonly string[], rows: readonly LeadRow[]): string[] {
  return offered.filter((verb) => rows.some((row) => row.allowed_actions.includes(verb)));
}

/** Why a lead's part failed, as a sentence; empty where it did not. */
export function failure(result: BulkResult): string {
  return result.problem ? problemText(problemFrom(result.status, result.problem)) : "";
}

export interface BulkOrder { verb: string; rows: readonly LeadRow[]; input: Record<string, unknown>; key: string }

export function useBulk() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: async ({ verb, rows, input, key }: BulkOrder) => {
      for (const row of rows) changedHere(row.id);
      const items = rows.map(({ id, version }) => ({ id, version }));
      // One path's type stands for all of them: verbs.test.ts holds each form against its own schema.
      const path = `/api/v1/leads/bulk/${verb}` as "/api/v1/leads/bulk/register";
      return (await bodyOf(api.POST(path, { params: { header: once(key) }, body: { items, input } }))).results;
    },
    onSuccess: async (results) => {
      for (const { id } of results) void cache.invalidateQueries({ queryKey: queryKeys.lead(id) });
      void cache.invalidateQueries({ queryKey: queryKeys.counts });
      await cache.invalidateQueries({ queryKey: queryKeys.leads });
    },
  });
}

/** The chosen rows, and a range from the last one chosen to the one clicked with Shift. */
export function useSelection() {
  const chosen = ref(new Map<string, LeadRow>());
  let last = "";

  function toggle(row: LeadRow, rows: readonly LeadRow[], range: boolean): void {
    const from = range ? rows.findIndex((one) => one.id === last) : -1;
    const to = rows.findIndex((one) => one.id === row.id);
    const next = new Map(chosen.value);
    if (from >= 0 && to >= 0) for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.set(one.id, one);
    else if (!next.delete(row.id)) next.set(row.id, row);
    chosen.value = next;
    last = row.id;
  }

  /** Newer versions of chosen rows; those that are gone from the list stay chosen until they are let go. */
  function refresh(rows: readonly LeadRow[]): void {
    if (chosen.value.size === 0) return;
    const next = new Map(chosen.value);
    for (const row of rows) if (next.has(row.id)) next.set(row.id, row);
    chosen.value = next;
  }

  return { chosen, toggle, refresh, clear: () => (chosen.value = new Map()) };
}
