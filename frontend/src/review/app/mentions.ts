// How many notes that mention the officer who is signed in are unread; the page itself is leads/work/MentionsPage.vue.
import { useQuery } from "@tanstack/vue-query";
import { computed, type Ref } from "vue";
import { bodyOf } from "../../api/client";
import { may } from "../access/sign_in/session";
import { api } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

const COUNTED = 50;
const EVERY_MS = 120_000;

/** How many mentions are unread, counted up to 50; "" for none. Asked again every other minute. */
export function useUnread(): Ref<string> {
  const { data } = useQuery({
    queryKey: queryKeys.unread,
    queryFn: () => bodyOf(api.GET("/api/v1/me/mentions", { params: { query: { unread: true, limit: COUNTED } } })),
    enabled: () => may("leads:read"),
    refetchInterval: EVERY_MS,
  });
  return computed(() =>
    data.value?.items.length ? `${data.value.items.length}${data.value.next_cursor ? "+" : ""}` : "",
  );
}
