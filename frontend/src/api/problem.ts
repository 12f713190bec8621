// Errors of the API (RFC 9457 problem+json) as one typed error; used by both apps, so it imports nothing.

/** The last part of `urn:huiyin:problem:<code>`, and two of the browser's own. */
export type ProblemCode =
  | "validation"
  | "malformed_json"
  | "too_large"
  | "unauthenticated"
  | "session_expired"
  | "bad_credentials"
  | "forbidden"
  | "not_found"
  | "wrong_state"
  | "conflict"
  | "stale"
  | "precondition_required"
  | "idempotency_mismatch"
  | "excluded"
  | "rate_limited"
  | "internal"
  | "cross_site"
  /** No answer came: offline, dropped line, or time ran out. The request may have arrived. */
  | "offline";

/** One refused field: `pointer` is a JSON pointer (RFC 6901) into the request's body. */
export interface FieldProblem {
  pointer: string;
  code: string;
  detail: string;
  ctx?: Record<string, unknown>;
}

/** An API answer that is not a success. `members` keeps what the problem carries beyond the standard fields. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";

  constructor(
    readonly code: ProblemCode | (string & {}),
    readonly status: number,
    readonly detail: string,
    readonly fields: readonly FieldProblem[] = [],
    readonly members: Readonly<Record<string, unknown>> = {},
    /** Seconds from `Retry-After`, where the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(`${code} (${status}) ${detail}`);
  }

  /** The refused field at exactly this pointer, if any. */
  field(pointer: string): FieldProblem | undefined {
    return this.fields.find((field) => field.pointer === pointer);
  }

  /** True where the same request may be sent again as it is. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

const PREFIX = "urn:huiyin:problem:";
const STANDARD = new Set(["type", "title", "status", "detail", "instance", "errors"]);

/** Where a proxy answered instead of the API there is no problem document: the status alone decides. */
const BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  401: "unauthenticated",
  403: "forbidden",
  404: "not_found",
  409: "conflict",
  412: "stale",
  413: "too_large",
  422: "validation",
  428: "precondition_required",
  429: "rate_limited",
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function fieldProblems(errors: unknown): FieldProblem[] {
  if (!Array.isArray(errors)) return [];
  return errors.filter(isRecord).map((error) => ({
    pointer: text(error["pointer"]),
    code: text(error["code"]),
    detail: text(error["detail"]),
    ...(isRecord(error["ctx"]) ? { ctx: error["ctx"] } : {}),
  }));
}

/** Reads the body of a refused request, whatever it turns out to be. */
export function problemFrom(status: number, body: unknown, retryAfter: string | null = null): ApiProblem {
  const known = isRecord(body) ? body : {};
  const type = text(known["type"]);
  const code = type.startsWith(PREFIX) ? type.slice(PREFIX.length) : (BY_STATUS[status] ?? "internal");
  const members = Object.fromEntries(Object.entries(known).filter(([name]) => !STANDARD.has(name)));
  const seconds = retryAfter === null ? Number.NaN : Number.parseInt(retryAfter, 10);
  return new ApiProblem(
    code,
    status,
    text(known["detail"]) || text(known["title"]),
    fieldProblems(known["errors"]),
    members,
    Number.isNaN(seconds) ? null : seconds,
  );
}

/** What `fetch` throws when no answer came. */
export function offlineProblem(cause: unknown): ApiProblem {
  return new ApiProblem("offline", 0, cause instanceof Error ? cause.message : "");
}

/** Any thrown value as a problem: for the last line of defence in a page. */
export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem
    ? error
    : new ApiProblem("internal", 0, error instanceof Error ? error.message : "");
}
