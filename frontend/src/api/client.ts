// The typed API client of the dashboard: openapi-fetch over the generated paths; every refusal is thrown as ApiProblem.
import createClient, { type Client, type Middleware } from "openapi-fetch";

import { ApiProblem, offlineProblem, problemFrom } from "./problem";

export { idempotencyKey } from "./idempotency";
export { ApiProblem, asProblem, type FieldProblem, type ProblemCode } from "./problem";

const throwProblems: Middleware = {
  async onResponse({ response }) {
    if (response.ok) return;
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => null);
    throw problemFrom(response.status, body, response.headers.get("Retry-After"));
  },
  onError({ error }) {
    return error instanceof ApiProblem ? error : offlineProblem(error);
  },
};

/**
 * A client for the generated `paths`: `const api = apiClient<paths>()`.
 * Paths in the schema carry `/api/v1`, so the base is the page's own origin.
 */
export function apiClient<Paths extends object>(baseUrl = ""): Client<Paths, "application/json"> {
  const client = createClient<Paths, "application/json">({ baseUrl, credentials: "same-origin" });
  client.use(throwProblems);
  return client;
}

/** The body of an answer that succeeded; refusals were thrown before. Answers without a body give undefined. */
export async function bodyOf<T>(answer: Promise<{ data?: T; response: Response }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}
