// What the channel pages read and send.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { call } from "../shell/api";
import type { Channel, Page } from "../shell/types";

export interface ChannelFilter { state: string; kind: string; name: string }

export function useChannels(filter: MaybeRefOrGetter<ChannelFilter>) {
  return useInfiniteQuery({
    queryKey: computed(() => ["channels", toValue(filter)]),
    queryFn: ({ pageParam }) => call<Page<Channel>>("GET", "/channels", { query: { ...toValue(filter), limit: 100, cursor: pageParam } }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export type ChannelFields = Record<"kind" | "name" | "number" | "address" | "url" | "hours" | "valid_from" | "valid_to" | "region_code", string>;

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

export function channelBody(fields: ChannelFields): Record<string, string | null> {
  return Object.fromEntries(Object.entries(fields).map(([name, text]) => [name, text.trim() || null]));
}

export function useSaveChannel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ channel, fields, key }: { channel: Channel | null; fields: ChannelFields; key: string }) =>
      channel
        ? call<Channel>("PATCH", `/channels/${channel.id}`, { body: channelBody(fields), version: channel.version })
        : call<Channel>("POST", "/channels", { body: channelBody(fields), key }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["channels"] }),
  });
}

export function useMoveChannel() {
  const cache = useQueryClient();
  return useMutation({
    mutationFn: ({ channel, verb, reason }: { channel: Channel; verb: string; reason: string }) =>
      call<Channel>("POST", `/channels/${channel.id}/${verb}`, { body: reason ? { reason } : {}, version: channel.version }),
    onSuccess: () => cache.invalidateQueries({ queryKey: ["channels"] }),
  });
}
