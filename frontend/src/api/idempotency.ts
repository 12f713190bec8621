// A key for POSTs that create: made once for one intent and kept over its retries, so nothing is created twice.

/** 128 random bits in hex. `crypto.randomUUID` would need a secure context; this does not. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
