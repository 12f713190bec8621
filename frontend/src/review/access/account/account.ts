// What the account page asks and changes; each change asks the lists anew.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { bodyOf } from "../../../api/client";
import { api } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import { makePasskey } from "../sign_in/passkey";
import { signInWays } from "../sign_in/session";

export function useWays() {
  return useQuery({ queryKey: queryKeys.signInWays, queryFn: signInWays });
}

export function useSessions() {
  return useQuery({
    queryKey: queryKeys.sessions,
    queryFn: () => bodyOf(api.GET("/api/v1/me/sessions")),
    select: (list) => list.items,
  });
}

export function useAccount() {
  const client = useQueryClient();
  const refresh = (): Promise<void> => client.invalidateQueries({ queryKey: queryKeys.me });
  const change = <R, T = void>(mutationFn: (given: T) => Promise<R>) => useMutation({ mutationFn, onSuccess: refresh });
  return {
    beginTotp: change(() => bodyOf(api.POST("/api/v1/me/totp"))),
    confirmTotp: change((body: { enrolment: string; code: string }) =>
      api.POST("/api/v1/me/totp/confirmation", { body }),
    ),
    makeCodes: change(() => bodyOf(api.POST("/api/v1/me/recovery-codes"))),
    addPasskey: change(async (name: string) => {
      const { challenge_id, options } = await bodyOf(api.POST("/api/v1/me/passkeys/options"));
      return bodyOf(
        api.POST("/api/v1/me/passkeys", { body: { challenge_id, credential: await makePasskey(options), name } }),
      );
    }),
    removePasskey: change((passkey_id: string) =>
      api.DELETE("/api/v1/me/passkeys/{passkey_id}", { params: { path: { passkey_id } } }),
    ),
    endSession: change((session_id: string) =>
      api.DELETE("/api/v1/me/sessions/{session_id}", { params: { path: { session_id } } }),
    ),
    endOthers: change(() => api.DELETE("/api/v1/me/sessions")),
  };
}
