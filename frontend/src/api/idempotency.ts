// A key for POSTs that create: made once for one intent and kept over its retries, so nothing is created twice.

/** 128 random bits in hex. `crypto.randomUUID` would need a secure context; this does not. */
export function idempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** One key for one body: a second try after a dropped line creates nothing twice, and another text is another intent. */
export function keyPerBody(): (body: unknown) => string {
  let keyed = "";
  let key = "";
  return (body) => {
    const intent = JSON.stringify(body);
    if (intent !== keyed) key = idempotencyKey();
    keyed = intent;
    return key;
  };
}
