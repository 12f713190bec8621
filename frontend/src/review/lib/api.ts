// The API client of the dashboard; a session that ended, or a proof that is asked for, in the middle of work
// stops nothing: the request is sent again afterwards.
import type { Middleware } from "openapi-fetch";
import { apiClient, ApiProblem } from "../../api/client";
import { problemFrom } from "../../api/problem";
import type { paths } from "../../api/schema";

let renewSession: () => Promise<void> = () => Promise.reject(new ApiProblem("unauthenticated", 401, ""));

/** What to do when the session has ended: resolve once the officer has signed in again. */
export function onSessionEnd(renew: () => Promise<void>): void {
  renewSession = renew;
}

let proveAgain: () => Promise<void> = () => Promise.reject(new ApiProblem("reauthentication_required", 401, ""));

/** What to do when something asks who sits here: resolve once the officer has proven it. */
export function onProofAsked(prove: () => Promise<void>): void {
  proveAgain = prove;
}

/** These must see their 401 themselves. */
const SIGNING_IN = new Set(["/api/v1/me"]);
const isSigningIn = (path: string): boolean => path.startsWith("/api/v1/sessions") || SIGNING_IN.has(path);

// A request's body can be read once only, so a copy is kept until the answer is there.
const copies = new WeakMap<Request, Request>();

/** What makes a refused request pass: signing in, or proving who one is. Null: nothing does, the page shows the refusal. */
async function remedy(response: Response): Promise<(() => Promise<void>) | null> {
  if (response.status !== 401) return null;
  const { code } = problemFrom(
    401,
    await response
      .clone()
      .json()
      .catch(() => null),
  );
  if (code === "reauthentication_required") return proveAgain;
  return code === "session_expired" || code === "unauthenticated" ? renewSession : null;
}

const renewing: Middleware = {
  onRequest({ request, schemaPath }) {
    if (!isSigningIn(schemaPath)) copies.set(request, request.clone());
  },
  async onResponse({ request, response }) {
    const copy = copies.get(request);
    if (!copy) return undefined;
    let answer = response;
    for (let help = await remedy(answer); help; help = await remedy(answer)) {
      await help();
      answer = await fetch(copy.clone());
    }
    return answer === response ? undefined : answer;
  },
};

/** A client of the dashboard over the paths that it is told. */
export function reviewClient<Paths extends object>() {
  const client = apiClient<Paths>();
  client.use(renewing);
  return client;
}

export const api = reviewClient<paths>();

/** The header that a change needs which two officers could make at once. */
export function seen(version: number): { "if-match": string } {
  return { "if-match": `"v${version}"` };
}

/** The header that keeps a retry from creating a thing twice. */
export function once(key: string): { "idempotency-key": string } {
  return { "idempotency-key": key };
}
