// Agencies, officers and regions for pickers and for names of ids.
import { useQuery } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../api/client";
import { api } from "./api";
import { queryKeys } from "./query/keys";
import type { Agency, Officer, OfficerRole } from "./types";

type AgencyPage = { items: Agency[]; next_cursor: string | null };

const HOUR = 3_600_000;

/** All agencies, page after page (a city has tens to a few hundred). */
async function allAgencies(): Promise<Agency[]> {
  const agencies: Agency[] = [];
  let cursor: string | undefined;
  do {
    const page: AgencyPage = await bodyOf(api.GET("/api/v1/agencies", { params: { query: { limit: 200, cursor } } }));
    agencies.push(...page.items);
    cursor = page.next_cursor ?? undefined;
  } while (cursor);
  return agencies;
}

export function useAgencies() {
  return useQuery({ queryKey: queryKeys.agencies, queryFn: allAgencies, staleTime: HOUR });
}

/** Officers, or those with a role, at the given agencies. */
export function useOfficers(agencies: MaybeRefOrGetter<string[]>, role?: OfficerRole) {
  return useQuery({
    queryKey: computed(() => queryKeys.officersOf(toValue(agencies), role)),
    queryFn: async () => {
      const pages = await Promise.all(
        toValue(agencies).map((agency) =>
          bodyOf(api.GET("/api/v1/officers", { params: { query: { agency, role, limit: 200 } } })),
        ),
      );
      return pages.flatMap((page): Officer[] => page.items);
    },
    staleTime: HOUR,
  });
}

export function useRegions(parent: MaybeRefOrGetter<string | undefined>, enabled: MaybeRefOrGetter<boolean>) {
  return useQuery({
    queryKey: computed(() => queryKeys.regions(toValue(parent))),
    queryFn: () => bodyOf(api.GET("/api/v1/public/regions", { params: { query: { parent: toValue(parent) } } })),
    select: (page) => page.items,
    enabled: () => toValue(enabled),
    staleTime: 24 * HOUR,
  });
}

/**
 * The chain from province to the code itself, read off the code: GB/T 2260 nests two digits each for
 * province, city and county; a township has nine digits (GB/T 10114), the first six its county's.
 */
export function regionChain(code: string): string[] {
  if (code.length < 6) return [];
  const chain = [`${code.slice(0, 2)}0000`, `${code.slice(0, 4)}00`, code.slice(0, 6), code].filter(
    (one, at, all) => all.indexOf(one) === at,
  );
  return chain.slice(0, chain.indexOf(code) + 1);
}
