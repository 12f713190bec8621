// Bulk verbs: which the server offers for many leads at once, and what came of each lead.
import { useQuery } from "@tanstack/vue-query";
import { ref } from "vue";
import { bodyOf } from "../../api/client";
import { problemFrom } from "../../api/problem";
import { api } from "../lib/api";
import { problemText } from "../lib/problems";
import { queryKeys } from "../lib/query/keys";
import type { BulkResult, LeadRow } from "../lib/types";

/** What a list's row says of its matter. */
export type BulkRow = Pick<LeadRow, "id" | "number" | "version" | "allowed_actions">;

export function useBulkVerbs() {
  return useQuery({
    queryKey: queryKeys.bulkVerbs,
    queryFn: () => bodyOf(api.GET("/api/v1/leads/bulk")),
    staleTime: 3_600_000,
  });
}

/** The verbs that at least one of the chosen leads allows, in the server's order. */
export function verbsFor(offered: readonly string[], rows: readonly BulkRow[]): string[] {
  return offered.filter((verb) => rows.some((row) => row.allowed_actions.includes(verb)));
}

/** Why a lead's part failed, as a sentence; empty where it did not. */
export function failure(result: BulkResult): string {
  return result.problem ? problemText(problemFrom(result.status, result.problem)) : "";
}

/** The chosen rows, and a range from the last one chosen to the one clicked with Shift. */
export function useSelection() {
  const chosen = ref(new Map<string, LeadRow>());
  let last = "";

  function toggle(row: LeadRow, rows: readonly LeadRow[], range: boolean): void {
    const from = range ? rows.findIndex((one) => one.id === last) : -1;
    const to = rows.findIndex((one) => one.id === row.id);
    const next = new Map(chosen.value);
    if (from >= 0 && to >= 0)
      for (const one of rows.slice(Math.min(from, to), Math.max(from, to) + 1)) next.set(one.id, one);
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
