// Who is signed in, and what happens when that ends in the middle of work.
import { reactive } from "vue";
import { ApiProblem, bodyOf } from "../../api/client";
import { api, onSessionEnd } from "../shell/api";
import { queryClient } from "../shell/queryClient";
import type { Me } from "../shell/types";

interface Session { me: Me | null; asked: boolean; expired: boolean }
export const session = reactive<Session>({ me: null, asked: false, expired: false });

let waiting: { resolve: () => void; reject: (error: ApiProblem) => void }[] = [];

onSessionEnd(() => {
  session.expired = session.me !== null;
  if (!session.expired) return Promise.reject(new ApiProblem("unauthenticated", 401, ""));
  return new Promise<void>((resolve, reject) => waiting.push({ resolve, reject }));
});

export function may(permission: string): boolean {
  return session.me?.permissions.some((held) => held === permission) ?? false;
}

/** Asks the server once who is signed in; later calls answer from memory. */
export async function whoAmI(): Promise<Me | null> {
  if (session.asked) return session.me;
  try {
    session.me = await bodyOf(api.GET("/api/v1/me"));
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
    session.me = null;
  }
  session.asked = true;
  return session.me;
}

export async function signIn(login: string, password: string): Promise<void> {
  const before = session.me?.officer.id;
  const me = await bodyOf(api.POST("/api/v1/sessions", { body: { login, password } }));
  session.me = me;
  session.asked = true;
  session.expired = false;
  // What another officer could see must not stay on the screen of this one.
  if (before && before !== me.officer.id) {
    location.assign("/review/");
    return;
  }
  for (const one of waiting.splice(0)) one.resolve();
}

/** Gives up the interrupted work: every waiting request fails. */
export function abandon(): void {
  session.me = null;
  session.expired = false;
  queryClient.clear();
  for (const one of waiting.splice(0)) one.reject(new ApiProblem("session_expired", 401, ""));
}

export async function signOut(): Promise<void> {
  try {
    await api.DELETE("/api/v1/sessions/current");
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.status !== 401) throw error;
  }
  session.me = null;
  queryClient.clear();
  waiting = [];
}
