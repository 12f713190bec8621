// Requests to the API; a session that ended in the middle of work is renewed and the request sent again.
import { ApiProblem, offlineProblem, problemFrom } from "../../api/problem";

export interface Call {
  query?: Record<string, string | number | boolean | string[] | undefined>;
  body?: unknown;
  version?: number;
  key?: string;
  /** False for calls that must see a 401 themselves (who am I, sign in). */
  renew?: boolean;
}

let renewSession: () => Promise<void> = () => Promise.reject(new ApiProblem("unauthenticated", 401, ""));

/** What to do when the session has ended: resolve once the officer has signed in again. */
export function onSessionEnd(renew: () => Promise<void>): void {
  renewSession = renew;
}

export async function call<T>(method: string, path: string, options: Call = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 401 && options.renew !== false) {
    await renewSession();
    return call(method, path, options);
  }
  if (response.status === 204) return undefined as T;
  if (!response.ok) throw await refusal(response);
  return (await response.json()) as T;
}

async function send(method: string, path: string, { query, body, version, key }: Call): Promise<Response> {
  const headers = new Headers({ Accept: "application/json" });
  if (body !== undefined) headers.set("Content-Type", "application/json");
  if (version !== undefined) headers.set("If-Match", `"v${version}"`);
  if (key) headers.set("Idempotency-Key", key);
  try {
    return await fetch(`/api/v1${path}${search(query)}`, {
      method,
      headers,
      credentials: "same-origin",
      body: body === undefined ? null : JSON.stringify(body),
    });
  } catch (cause) {
    throw offlineProblem(cause);
  }
}

function search(query: Call["query"]): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === "") continue;
    for (const one of Array.isArray(value) ? value : [String(value)]) params.append(name, one);
  }
  const text = params.toString();
  return text ? `?${text}` : "";
}

async function refusal(response: Response): Promise<ApiProblem> {
  const body: unknown = await response.json().catch(() => null);
  return problemFrom(response.status, body, response.headers.get("Retry-After"));
}
