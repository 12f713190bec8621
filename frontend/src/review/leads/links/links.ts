// Similar leads: what the server proposes, the officer's word on each, and the graph of one or two hops.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../../api/client";
import { api } from "../../lib/api";
import { hasMessage, t } from "../../lib/i18n";
import { queryKeys } from "../../lib/query/keys";
import type { Link } from "../../lib/types";

export function useLinks(id: MaybeRefOrGetter<string>) {
  return useQuery({
    queryKey: computed(() => queryKeys.links(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/links", { params: { path: { lead_id: toValue(id) } } })),
    select: (list) => list.items,
  });
}

/** The links of one or two hops around a lead. */
export function useGraph(id: MaybeRefOrGetter<string>, hops: MaybeRefOrGetter<1 | 2>) {
  return useQuery({
    queryKey: computed(() => queryKeys.graph(toValue(id), toValue(hops))),
    queryFn: () =>
      bodyOf(
        api.GET("/api/v1/leads/{lead_id}/graph", {
          params: { path: { lead_id: toValue(id) }, query: { hops: toValue(hops) } },
        }),
      ),
  });
}

export interface Decision {
  link: Link;
  confirm: boolean;
  reason: string;
}

/** Confirm or reject a proposed link; a rejected pair is not proposed again. */
export function useDecideLink(id: MaybeRefOrGetter<string>) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ link, confirm, reason }: Decision) => {
      const params = { path: { lead_id: toValue(id), other_id: link.lead.id } };
      return bodyOf(
        confirm
          ? api.POST("/api/v1/leads/{lead_id}/links/{other_id}/confirm", { params, body: { reason: reason || null } })
          : api.POST("/api/v1/leads/{lead_id}/links/{other_id}/reject", { params, body: { reason } }),
      );
    },
    onSuccess: (list) => {
      cache.setQueryData(queryKeys.links(toValue(id)), list);
      void cache.invalidateQueries({ queryKey: queryKeys.graphs(toValue(id)) });
      void cache.invalidateQueries({ queryKey: queryKeys.timeline(toValue(id)) });
    },
  });
}

/** Why two leads are proposed, in words; a reason that this release does not know is shown by its code. */
export function reasonText(code: string): string {
  const key = `links.reason_${code}`;
  return hasMessage(key) ? t(key) : code;
}
