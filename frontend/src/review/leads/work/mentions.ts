// Notes that mention the officer who is signed in: the list, and marking one as read.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { bodyOf } from "../../../api/client";
import { api } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import type { Mention } from "../../lib/types";

export function useMentions() {
  return useInfiniteQuery({
    queryKey: queryKeys.mentionPages,
    queryFn: ({ pageParam }) =>
      bodyOf(api.GET("/api/v1/me/mentions", { params: { query: { limit: 50, cursor: pageParam } } })),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useReadMention() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (mention: Mention) =>
      bodyOf(api.POST("/api/v1/me/mentions/{mention_id}/read", { params: { path: { mention_id: mention.id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.mentions }),
  });
}
