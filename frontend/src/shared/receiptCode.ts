// The receipt code (suite r1): made here in the browser; only a derived lookup token ever leaves it.

export const SUITE = "r1";
export const CODE_LENGTH = 20;
const GROUP = 4;
const ITERATIONS = 600_000; // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA-256
const SALT = "huiyin/receipt/r1";
const LOOKUP = "huiyin/receipt/r1/lookup";
const REPLY = "huiyin/receipt/r1/reply";

/** WebCrypto exists in secure contexts only (https, localhost). */
export class InsecureContextError extends Error {
  override readonly name = "InsecureContextError";
}

/** 20 decimal digits, each equally likely: bytes of 250 and above would favour the digits 0 to 5. */
export function newReceiptCode(
  fill: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) => crypto.getRandomValues(bytes),
): string {
  let code = "";
  const bytes = new Uint8Array(32);
  while (code.length < CODE_LENGTH) {
    fill(bytes);
    for (const byte of bytes) {
      if (byte < 250 && code.length < CODE_LENGTH) code += String(byte % 10);
    }
  }
  bytes.fill(0);
  return code;
}

/** What was typed as bare ASCII digits: full-width digits folded, spaces and any dashes dropped, the rest kept. */
export function normaliseReceiptCode(typed: string): string {
  return typed.normalize("NFKC").replace(/[\s\p{Pd}\p{Cf}·.,，。_/]/gu, "");
}

export type CodeFault = "empty" | "not_digits" | "too_short" | "too_long";

/** What is wrong with a typed code, or null. */
export function receiptCodeFault(typed: string): CodeFault | null {
  const code = normaliseReceiptCode(typed);
  if (code === "") return "empty";
  if (!/^[0-9]+$/.test(code)) return "not_digits";
  if (code.length < CODE_LENGTH) return "too_short";
  return code.length > CODE_LENGTH ? "too_long" : null;
}

/** "1234 5678 9012 3456 7890". */
export function groupReceiptCode(code: string): string {
  return (code.match(new RegExp(`.{1,${GROUP}}`, "gu")) ?? []).join(" ");
}

/** base64url without padding (RFC 4648 section 5). */
export function base64url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

export interface Lookup {
  /** Opens the receipt: what the receipt page sends. */
  token: string;
  /** SHA-256 of the token: what the form sends, and all that the server keeps. */
  tokenHash: string;
  /** Wraps the reporter's private key for sealed replies; does not leave the browser. */
  replyKey: CryptoKey;
}

/** PBKDF2, then HKDF (RFC 5869). Takes up to a few seconds on a slow phone. */
export async function deriveLookup(code: string): Promise<Lookup> {
  const { subtle } = crypto;
  if (!subtle) throw new InsecureContextError("WebCrypto needs https");
  const ascii = new TextEncoder();
  const password = await subtle.importKey("raw", ascii.encode(code), "PBKDF2", false, ["deriveBits"]);
  const stretch = { name: "PBKDF2", hash: "SHA-256", salt: ascii.encode(SALT), iterations: ITERATIONS };
  const root = await subtle.deriveBits(stretch, password, 256);
  const key = await subtle.importKey("raw", root, "HKDF", false, ["deriveBits"]);
  const expand = (info: string): Promise<ArrayBuffer> =>
    subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info: ascii.encode(info) }, key, 256);
  const token = await expand(LOOKUP);
  const hash = await subtle.digest("SHA-256", token);
  const replyKey = await subtle.importKey("raw", await expand(REPLY), "AES-GCM", false, ["encrypt", "decrypt"]);
  return { token: base64url(new Uint8Array(token)), tokenHash: base64url(new Uint8Array(hash)), replyKey };
}
