// The box around a kept draft (suite d1): a key stretched from the passphrase, and a length that tells little.
import { base64url } from "../../shared/receiptCode";
import { fromBase64url } from "../../shared/sealedIdentity";
import type { Stored } from "./place";

export const ITERATIONS = 600_000; // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA-256
/** JSON ends in spaces up to a multiple of this, so that the box does not tell how much was written. */
const PAGE_BYTES = 8192;
const LEAST = 10;
// No vowels: no words; no l, i, o: nothing to mistake.
const LETTERS = "bcdfghjkmnpqrstvwxyz";
const utf8 = new TextEncoder();

/** As it counts: however it is spaced, and full-width letters like others. */
export const asTyped = (passphrase: string): string => passphrase.normalize("NFKC").replace(/[\s\p{Pd}]/gu, "");

/** What is wrong with a new passphrase, or null. Telephone numbers and birthdays are the first that anyone tries. */
export function passphraseFault(passphrase: string): "short" | "digits" | null {
  const typed = asTyped(passphrase);
  if (/^\d*$/.test(typed)) return typed ? "digits" : "short";
  return [...typed].length < LEAST ? "short" : null;
}

/** Four groups of four letters: 69 bits. */
export function newPassphrase(): string {
  const picked: string[] = [];
  while (picked.length < 16) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < 240) picked.push(LETTERS.charAt(byte % LETTERS.length));
  }
  return picked.join("").replace(/(.{4})(?=.)/g, "$1 ");
}

export const newSalt = (): string => base64url(crypto.getRandomValues(new Uint8Array(16)));

/** PBKDF2: up to a few seconds on a slow phone. */
export async function keyOf(passphrase: string, salt: string): Promise<CryptoKey> {
  const typed = await crypto.subtle.importKey("raw", utf8.encode(asTyped(passphrase)), "PBKDF2", false, ["deriveKey"]);
  const stretch = { name: "PBKDF2", hash: "SHA-256", salt: fromBase64url(salt), iterations: ITERATIONS };
  return crypto.subtle.deriveKey(stretch, typed, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

const cipher = (nonce: Uint8Array<ArrayBuffer>, until: number): AesGcmParams => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: utf8.encode(`huiyin/draft/d1/${until}`),
});

export async function close(key: CryptoKey, salt: string, until: number, content: unknown): Promise<Stored> {
  const bytes = utf8.encode(JSON.stringify(content));
  const padded = new Uint8Array(Math.ceil(bytes.length / PAGE_BYTES) * PAGE_BYTES).fill(0x20);
  padded.set(bytes);
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const box = new Uint8Array(await crypto.subtle.encrypt(cipher(nonce, until), key, padded));
  // A long text has too many bytes for one call of `base64url`, which gives each as an argument.
  const parts: string[] = [];
  for (let at = 0; at < box.length; at += PAGE_BYTES * 3) parts.push(base64url(box.subarray(at, at + PAGE_BYTES * 3)));
  return { suite: "d1", until, salt, nonce: base64url(nonce), box: parts.join("") };
}

/** What was put in; null where the key is another's, or the box was changed. */
export async function open(key: CryptoKey, { until, nonce, box }: Stored): Promise<unknown> {
  try {
    const bytes = await crypto.subtle.decrypt(cipher(fromBase64url(nonce), until), key, fromBase64url(box));
    return JSON.parse(new TextDecoder().decode(bytes)) as unknown;
  } catch {
    return null;
  }
}
