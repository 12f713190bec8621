// Accounts of other agencies' systems, and their tokens: what the administrator's page reads and sends.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema";
import { api, once } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import { endOfDay } from "../../lib/times";

type Schemas = components["schemas"];
export type System = Schemas["SystemAccountItem"];
export type Token = Schemas["TokenItem"];

/** What a token is for: sending tips, and finding the channels by which. */
const SCOPES: Schemas["NewToken"]["scopes"] = ["tips:create", "channels:read"];

export function useSystems() {
  return useQuery({
    queryKey: queryKeys.systems,
    queryFn: () => bodyOf(api.GET("/api/v1/system-accounts")),
  });
}

export function useTokens(account: string) {
  return useQuery({
    queryKey: queryKeys.tokens(account),
    queryFn: () =>
      bodyOf(api.GET("/api/v1/system-accounts/{account_id}/tokens", { params: { path: { account_id: account } } })),
  });
}

export function usePublishedChannels() {
  return useQuery({
    queryKey: queryKeys.allChannels,
    queryFn: () => bodyOf(api.GET("/api/v1/channels", { params: { query: { limit: 200 } } })),
  });
}

export function useSystemAccounts() {
  const cache = useQueryClient();
  const onSuccess = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKeys.systems });
  const at = (account: string, token: string) => ({ params: { path: { account_id: account, token_id: token } } });
  const create = useMutation({
    mutationFn: ({ body, key }: { body: Schemas["NewSystemAccount"]; key: string }) =>
      bodyOf(api.POST("/api/v1/system-accounts", { params: { header: once(key) }, body })),
    onSuccess,
  });
  const issue = useMutation({
    mutationFn: ({ account, channels, day }: { account: string; channels: string[]; day: string }) =>
      bodyOf(
        api.POST("/api/v1/system-accounts/{account_id}/tokens", {
          params: { path: { account_id: account } },
          body: { scopes: SCOPES, channel_ids: channels, expires_at: endOfDay(day) ?? day },
        }),
      ),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: ({ account, token }: { account: string; token: string }) =>
      api.DELETE("/api/v1/system-accounts/{account_id}/tokens/{token_id}", at(account, token)),
    onSuccess,
  });
  const takeOver = useMutation({
    mutationFn: ({ account, token }: { account: string; token: string }) =>
      api.POST("/api/v1/system-accounts/{account_id}/tokens/{token_id}/takeover", at(account, token)),
    onSuccess,
  });
  return { create, issue, revoke, takeOver };
}
