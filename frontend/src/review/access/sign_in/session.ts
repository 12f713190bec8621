// Who is signed in, and what happens when that ends in the middle of work.
import { reactive } from "vue";
import { ApiProblem, bodyOf } from "../../../api/client";
import type { components } from "../../../api/schema";
import { api, onProofAsked, onSessionEnd } from "../../lib/api";
import { forgetDrafts } from "../../lib/drafts";
import { queryClient } from "../../lib/query/client";
import type { Me } from "../../lib/types";

export type Enrolment = components["schemas"]["TotpEnrolment"];
type Ways = components["schemas"]["SignInWays"];
type Signer = (options: Record<string, unknown>) => Promise<Record<string, unknown>>;

/** `proving`: something waits until the officer has proven again who sits here. */
interface Session {
  me: Me | null;
  asked: boolean;
  expired: boolean;
  proving: boolean;
}
export const session = reactive<Session>({ me: null, asked: false, expired: false, proving: false });

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

/** What the sign-in page offers beside name and password; nothing where the server does not answer. */
export async function signInOptions(): Promise<components["schemas"]["SignInOptions"]> {
  return bodyOf(api.GET("/api/v1/sessions/options")).catch(() => ({ passkeys: false, oidc: null }));
}

export async function signIn(
  login: string,
  password: string,
  second: { code?: string; enrolment?: string } = {},
): Promise<void> {
  enter(await bodyOf(api.POST("/api/v1/sessions", { body: { login, password, ...second } })));
}

export async function signInByPasskey(sign: Signer): Promise<void> {
  const { challenge_id, options } = await bodyOf(api.POST("/api/v1/sessions/passkey/options"));
  const credential = await sign(options);
  enter(await bodyOf(api.POST("/api/v1/sessions/passkey", { body: { challenge_id, credential } })));
}

function enter(me: Me): void {
  const before = session.me?.officer.id;
  session.me = me;
  session.asked = true;
  session.expired = false;
  // What another officer could see must not stay on the screen of this one.
  if (before && before !== me.officer.id) {
    forgetDrafts();
    location.assign("/review/");
    return;
  }
  for (const one of waiting.splice(0)) one.resolve();
}

let unproven: typeof waiting = [];

onProofAsked(() => {
  session.proving = true;
  return new Promise<void>((resolve, reject) => unproven.push({ resolve, reject }));
});

export function signInWays(): Promise<Ways> {
  return bodyOf(api.GET("/api/v1/me/sign-in"));
}

export async function proveByText(body: { code?: string; password?: string }): Promise<void> {
  await api.POST("/api/v1/sessions/current/proof", { body });
  proven();
}

export async function changePassword(current: string, password: string): Promise<void> {
  await api.PUT("/api/v1/me/password", { body: { current, password } });
  if (session.me) session.me.password_given = false;
}

export async function proveByPasskey(sign: Signer): Promise<void> {
  const { challenge_id, options } = await bodyOf(api.POST("/api/v1/sessions/current/passkey/options"));
  await api.POST("/api/v1/sessions/current/passkey", { body: { challenge_id, credential: await sign(options) } });
  proven();
}

function proven(): void {
  session.proving = false;
  for (const one of unproven.splice(0)) one.resolve();
}

/** What asked for the proof fails; nothing else does. */
export function giveUpProof(): void {
  session.proving = false;
  for (const one of unproven.splice(0)) one.reject(new ApiProblem("reauthentication_required", 401, ""));
}

/** Gives up the interrupted work: every waiting request fails. */
export function abandon(): void {
  session.me = null;
  session.expired = false;
  queryClient.clear();
  forgetDrafts();
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
  forgetDrafts();
  waiting = [];
}
