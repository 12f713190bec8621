// The API client of the dashboard; a session that ended in the middle of work is renewed and the request sent again.
import type { Middleware } from "openapi-fetch";
import { apiClient, ApiProblem } from "../../api/client";
import type { paths } from "../../api/schema";

export const api = apiClient<paths>();

let renewSession: () => Promise<void> = () => Promise.reject(new ApiProblem("unauthenticated", 401, ""));

/** What to do when the session has ended: resolve once the officer has signed in again. */
export function onSessionEnd(renew: () => Promise<void>): void {
  renewSession = renew;
}

/** These must see their 401 themselves. */
const SIGNING_IN = new Set(["/api/v1/sessions", "/api/v1/sessions/current", "/api/v1/me"]);

// A request's body can be read once only, so a copy is kept until the answer is there.
const copies = new WeakMap<Request, Request>();

const renewing: Middleware = {
  onRequest({ request, schemaPath }) {
    if (!SIGNING_IN.has(schemaPath)) copies.set(request, request.clone());
  },
  async onResponse({ request, response }) {
    const copy = copies.get(request);
    if (response.status !== 401 || !copy) return undefined;
    let answer = response;
    while (answer.status === 401) {
      await renewSession();
      answer = await fetch(copy.clone());
    }
    return answer;
  },
};
api.use(renewing);

/** The header that a change needs which two officers could make at once. */
export function seen(version: number): { "if-match": string } {
  return { "if-match": `"v${version}"` };
}

/** The header that keeps a retry from creating a thing twice. */
export function once(key: string): { "idempotency-key": string } {
  return { "idempotency-key": key };
}
