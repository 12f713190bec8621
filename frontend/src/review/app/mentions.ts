// What waits for the officer who is signed in: notes that mention them, and leads to which a reporter added something.
// The page itself is leads/work/MentionsPage.vue.
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bodyOf } from "../../api/client";
import { may } from "../access/sign_in/session";
import { api } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

const COUNTED = 50;
const EVERY_MS = 120_000;

/** Leads that one answers for and to which a reporter added something that nobody saw. */
export function useNews() {
  return useQuery({
    queryKey: queryKeys.news,
    queryFn: () =>
      bodyOf(api.GET("/api/v1/leads", { params: { query: { officer: "me", news: true, limit: COUNTED } } })),
    enabled: () => may("leads:read"),
    refetchInterval: EVERY_MS,
  });
}

/** How many of both wait, each counted up to 50; "" for none. Asked again every other minute. */
export function useUnread(): Ref<string> {
  const { data } = useQuery({
    queryKey: queryKeys.unread,
    queryFn: () => bodyOf(api.GET("/api/v1/me/mentions", { params: { query: { unread: true, limit: COUNTED } } })),
    enabled: () => may("leads:read"),
    refetchInterval: EVERY_MS,
  });
  const { data: news } = useNews();
  return computed(() => {
    const lists = [data.value, news.value];
    const count = lists.reduce((sum, list) => sum + (list?.items.length ?? 0), 0);
    return count ? `${count}${lists.some((list) => list?.next_cursor) ? "+" : ""}` : "";
  });
}
