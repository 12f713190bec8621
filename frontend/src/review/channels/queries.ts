// What the channel pages read and send.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../api/client";
import { api, once, seen } from "../lib/api";
import { queryKeys } from "../lib/query/keys";
import type { Channel, ChannelBody, ChannelQuery } from "../lib/types";

export interface ChannelFilter {
  state: string;
  kind: string;
  name: string;
}

/** Only what is set; codes in an address are any text, and the server refuses those that it does not know. */
function asked(filter: ChannelFilter): ChannelQuery {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== "")) as ChannelQuery;
}

export function useChannels(filter: MaybeRefOrGetter<ChannelFilter>) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.channelList(toValue(filter))),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/channels", {
          params: { query: { ...asked(toValue(filter)), limit: 100, cursor: pageParam } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export type ChannelFields = Record<
  "kind" | "name" | "number" | "address" | "url" | "hours" | "valid_from" | "valid_to" | "region_code",
  string
>;

export function fieldsOf(channel: Channel | null, region: string): ChannelFields {
  const day = (at: string | null | undefined): string => at?.slice(0, 10) ?? "";
  return {
    kind: channel?.kind ?? "",
    name: channel?.name ?? "",
    number: channel?.number ?? "",
    address: channel?.address ?? "",
    url: channel?.url ?? "",
    hours: channel?.hours ?? "",
    valid_from: day(channel?.valid_from),
    valid_to: day(channel?.valid_to),
    region_code: channel?.region.code ?? region,
  };
}

export function channelBody(fields: ChannelFields): ChannelBody {
  const { kind, name, region_code, ...optional } = fields;
  const texts = Object.entries(optional).map(([field, text]) => [field, text.trim() || null]);
  return { ...Object.fromEntries(texts), kind: kind as ChannelBody["kind"], name: name.trim(), region_code };
}

export function useSaveChannel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ channel, fields, key }: { channel: Channel | null; fields: ChannelFields; key: string }) =>
      channel
        ? bodyOf(
            api.POST("/api/v1/channels/{channel_id}/change", {
              params: { path: { channel_id: channel.id }, header: seen(channel.version) },
              body: channelBody(fields),
            }),
          )
        : bodyOf(api.POST("/api/v1/channels", { params: { header: once(key) }, body: channelBody(fields) })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.channels }),
  });
}

export function useSurges() {
  return useQuery({
    queryKey: queryKeys.surges,
    queryFn: () => bodyOf(api.GET("/api/v1/form-surges")),
    refetchInterval: 60_000,
  });
}

export function useRaiseSurge() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ key, ...body }: { key: string; until_at: string; reason: string }) =>
      bodyOf(api.POST("/api/v1/form-surges", { params: { header: once(key) }, body })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.surges }),
  });
}

export function useEndSurge() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: (surge_id: string) =>
      bodyOf(api.POST("/api/v1/form-surges/{surge_id}/end", { params: { path: { surge_id } } })),
    onSuccess: () => cache.invalidateQueries({ queryKey: queryKeys.surges }),
  });
}
