// The work on a lead beside its verbs: overlays, assessment sessions, checklist, notes.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../../api/client";
import { api, once, seen } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import type { NewAssessment, NewNote, NewOverlay, Overlay, OverlayDecision, Tick } from "../../lib/types";
import { useActing } from "../acting";

type Id = MaybeRefOrGetter<string>;
const at = (lead_id: string) => ({ path: { lead_id } });

/** A change beside the verbs: the lead has a new version, and its timeline a new line. */
function useChange<Given, Answer>(id: Id, send: (lead: string, given: Given) => Promise<Answer>) {
  const acting = useActing(id, { also: [queryKeys.counts] });
  return useMutation({ mutationFn: (given: Given) => acting(send(toValue(id), given)) });
}

export function useOverlays(id: Id) {
  return {
    ask: useChange(id, (lead, { body, key }: { body: NewOverlay; key: string }) =>
      bodyOf(api.POST("/api/v1/leads/{lead_id}/overlays", { params: { ...at(lead), header: once(key) }, body })),
    ),
    decide: useChange(id, (lead, { overlay, body }: { overlay: Overlay; body: OverlayDecision }) =>
      bodyOf(
        api.POST("/api/v1/leads/{lead_id}/overlays/{overlay_id}/decision", {
          params: { path: { lead_id: lead, overlay_id: overlay.id } },
          body,
        }),
      ),
    ),
    end: useChange(id, (lead, { overlay, reason }: { overlay: Overlay; reason: string }) =>
      bodyOf(
        api.POST("/api/v1/leads/{lead_id}/overlays/{overlay_id}/end", {
          params: { path: { lead_id: lead, overlay_id: overlay.id } },
          body: { reason },
        }),
      ),
    ),
  };
}

export function useRecordAssessment(id: Id) {
  return useChange(id, (lead, { body, key }: { body: NewAssessment; key: string }) =>
    bodyOf(api.POST("/api/v1/leads/{lead_id}/assessments", { params: { ...at(lead), header: once(key) }, body })),
  );
}

export function useChecklist(id: Id) {
  return useQuery({
    queryKey: computed(() => queryKeys.checklist(toValue(id))),
    queryFn: () => bodyOf(api.GET("/api/v1/leads/{lead_id}/checklist", { params: at(toValue(id)) })),
  });
}

export function useTick(id: Id) {
  return useChange(id, (lead, { version, items }: { version: number; items: Tick[] }) =>
    bodyOf(
      api.PUT("/api/v1/leads/{lead_id}/checklist", { params: { ...at(lead), header: seen(version) }, body: { items } }),
    ),
  );
}

export function useNotes(id: Id) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.notes(toValue(id))),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/leads/{lead_id}/notes", {
          params: { ...at(toValue(id)), query: { limit: 20, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** A note changes nothing of the lead but its notes and its timeline. */
export function useWriteNote(id: Id) {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ body, key }: { body: NewNote; key: string }) =>
      bodyOf(api.POST("/api/v1/leads/{lead_id}/notes", { params: { ...at(toValue(id)), header: once(key) }, body })),
    onSuccess: () => {
      void cache.invalidateQueries({ queryKey: queryKeys.timeline(toValue(id)) });
      return cache.invalidateQueries({ queryKey: queryKeys.notes(toValue(id)) });
    },
  });
}
