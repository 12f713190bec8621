// Views of the inbox: the server's standing ones with their counts, and those that officers keep for themselves or share.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bodyOf } from "../../../api/client";
import { api, once, seen } from "../../lib/api";
import { t } from "../../lib/i18n";
import { useLabels } from "../../lib/labels";
import { queryKeys } from "../../lib/query/keys";
import type { SavedView } from "../../lib/types";
import { EMPTY, fromKept, toKept, type LeadFilter } from "./filter";

export interface View {
  key: string;
  name: string;
  filter: LeadFilter;
  /** "12", "999+", or nothing where it is not counted. */
  count?: string;
  counted?: string;
  saved?: SavedView;
}

/** Standing views, all leads, then the saved ones: those of one's own first. */
export function useViews(): { standing: Ref<View[]>; saved: Ref<View[]> } {
  const { label } = useLabels();
  const { data: counts } = useQuery({
    queryKey: queryKeys.counts,
    queryFn: () => bodyOf(api.GET("/api/v1/leads/counts")),
  });
  const { data: kept } = useQuery({
    queryKey: queryKeys.savedViews,
    queryFn: () => bodyOf(api.GET("/api/v1/saved-views")),
  });
  const standing = computed<View[]>(() => [
    ...(counts.value?.items ?? []).map((one) => ({
      key: one.key,
      name: label("view", one.key),
      // What is pressing stands first, except where everything is meant.
      filter: fromKept(one.filter, one.key === "all_open" ? EMPTY.sort : "due_at"),
      count: one.capped ? `${one.count}+` : String(one.count),
      counted: t(one.capped ? "views.more" : "views.count", { count: one.count }),
    })),
    { key: "all", name: t("views.all"), filter: { ...EMPTY } },
  ]);
  const saved = computed<View[]>(() =>
    (kept.value?.items ?? []).map((one) => ({
      key: one.id,
      name: one.name,
      filter: fromKept(one.filter, one.sort),
      saved: one,
    })),
  );
  return { standing, saved };
}

export interface ViewDraft {
  name: string;
  shared: boolean;
  filter: LeadFilter;
}

const bodyFor = (draft: ViewDraft) => ({
  name: draft.name.trim(),
  shared: draft.shared,
  filter: toKept(draft.filter),
  sort: draft.filter.sort,
});

/** Keep, change or delete a saved view; the list of views follows. */
export function useSaveView() {
  const cache = useQueryClient();
  const onSuccess = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKeys.savedViews });
  const create = useMutation({
    mutationFn: ({ draft, key }: { draft: ViewDraft; key: string }) =>
      bodyOf(api.POST("/api/v1/saved-views", { params: { header: once(key) }, body: bodyFor(draft) })),
    onSuccess,
  });
  const change = useMutation({
    mutationFn: ({ view, draft }: { view: SavedView; draft: ViewDraft }) =>
      bodyOf(
        api.PUT("/api/v1/saved-views/{view_id}", {
          params: { path: { view_id: view.id }, header: seen(view.version) },
          body: bodyFor(draft),
        }),
      ),
    onSuccess,
  });
  const remove = useMutation({
    mutationFn: (view: SavedView) =>
      bodyOf(
        api.DELETE("/api/v1/saved-views/{view_id}", {
          params: { path: { view_id: view.id }, header: seen(view.version) },
        }),
      ),
    onSuccess,
  });
  return { create, change, remove };
}
