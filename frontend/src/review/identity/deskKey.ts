// The identity desk's key: made here, kept wrapped by a passphrase, split into five shares of which three suffice.
import { Aes256Gcm, CipherSuite, DhkemP256HkdfSha256, HkdfSha256 } from "@hpke/core";
import { combine, split } from "shamir-secret-sharing";
import { base64url } from "../../shared/receiptCode";
import { fromBase64url, KEY_BYTES, type Identity, unpad } from "../../shared/sealedIdentity";
import { digitsOf, writeShare } from "./share";

export { checkTyped, commitmentsTo, type Typed } from "./share";

type Bytes = Uint8Array<ArrayBuffer>;

const EC = { name: "ECDH", namedCurve: "P-256" } as const;
export const KDF = "pbkdf2-sha256";
export const ITERATIONS = 600_000; // OWASP Password Storage Cheat Sheet, PBKDF2-HMAC-SHA-256
export const SHARES = 5;
export const THRESHOLD = 3;
export const MIN_PASSPHRASE = 16;

/** A private key as it is stored: AES-256-GCM under a key stretched from the passphrase, bound to the public key. */
export interface Wrapping {
  kdf: typeof KDF;
  iterations: number;
  salt: string;
  nonce: string;
  wrapped: string;
}

/** Both halves in memory: 32 bytes of the private scalar, 65 of the public point. */
export interface KeyPair {
  secret: Bytes;
  publicKey: string;
}

const suite = new CipherSuite({ kem: new DhkemP256HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
const utf8 = new TextEncoder();

export async function newKeyPair(): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey(EC, true, ["deriveBits"]);
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  return { secret: fromBase64url(d ?? ""), publicKey: base64url(publicKey) };
}

export function fromKept(secret: string, publicKey: string): KeyPair {
  return { secret: fromBase64url(secret), publicKey };
}

/** As WebCrypto's keys. Throws unless the private key belongs to the public one. */
async function asKeys({ secret, publicKey }: KeyPair): Promise<CryptoKeyPair> {
  const point = fromBase64url(publicKey);
  if (point.length !== KEY_BYTES) throw new RangeError("this is no public key");
  const x = base64url(point.subarray(1, 33));
  const y = base64url(point.subarray(33));
  const open = await crypto.subtle.importKey("raw", point, EC, true, []);
  const jwk = { kty: "EC", crv: "P-256", x, y, d: base64url(secret) };
  return { publicKey: open, privateKey: await crypto.subtle.importKey("jwk", jwk, EC, false, ["deriveBits"]) };
}

const place = (publicKey: string): Bytes => utf8.encode(`huiyin/identity/i1/key/${publicKey}`);

async function stretched(passphrase: string, salt: Bytes, iterations: number): Promise<CryptoKey> {
  const typed = utf8.encode(passphrase.normalize("NFKC"));
  const base = await crypto.subtle.importKey("raw", typed, "PBKDF2", false, ["deriveKey"]);
  const stretch = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return crypto.subtle.deriveKey(stretch, base, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

export async function wrap({ secret, publicKey }: KeyPair, passphrase: string): Promise<Wrapping> {
  const salt = crypto.getRandomValues(new Uint8Array(16));
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const key = await stretched(passphrase, salt, ITERATIONS);
  const wrapped = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv: nonce, additionalData: place(publicKey) },
    key,
    secret,
  );
  return {
    kdf: KDF,
    iterations: ITERATIONS,
    salt: base64url(salt),
    nonce: base64url(nonce),
    wrapped: base64url(new Uint8Array(wrapped)),
  };
}

/** Null where the passphrase is wrong, or somebody changed what is stored. */
export async function unwrap(publicKey: string, kept: Wrapping, passphrase: string): Promise<KeyPair | null> {
  const key = await stretched(passphrase, fromBase64url(kept.salt), kept.iterations);
  const sealed = { name: "AES-GCM", iv: fromBase64url(kept.nonce), additionalData: place(publicKey) };
  try {
    const secret = new Uint8Array(await crypto.subtle.decrypt(sealed, key, fromBase64url(kept.wrapped)));
    return { secret, publicKey };
  } catch {
    return null;
  }
}

/** The five texts for five custodians; any three give the key back (`huiyin keys recover`). */
export async function sharesOf({ secret }: KeyPair, version: number): Promise<string[]> {
  const shares = await split(secret, SHARES, THRESHOLD);
  const texts = await Promise.all(shares.map((share) => writeShare(version, share)));
  for (let first = 0; first + THRESHOLD <= SHARES; first += 1) {
    const found = await recovered(texts.slice(first, first + THRESHOLD));
    if (base64url(found) !== base64url(secret)) throw new Error("the shares do not give the key back");
  }
  return texts;
}

/** The key that shares give. Custodians type theirs into `huiyin keys recover`, never into a page; before they get them,
 *  the page proves here that they work. */
export async function recovered(shares: string[]): Promise<Uint8Array> {
  const bytes = (text: string): string[] => digitsOf(text).match(/../g) ?? [];
  return combine(shares.map((text) => Uint8Array.from(bytes(text), (one) => parseInt(one, 16))));
}

/** Opens what was sealed to these keys. Null: its sender stayed anonymous. Throws where it was sealed for something else. */
export async function openEnvelope(keys: CryptoKeyPair, info: string, envelope: string): Promise<Identity | null> {
  const bytes = fromBase64url(envelope);
  const plain = await suite.open(
    { recipientKey: keys, enc: bytes.subarray(0, KEY_BYTES), info: utf8.encode(info) },
    bytes.subarray(KEY_BYTES),
  );
  return unpad(new Uint8Array(plain));
}

export async function openWithDesk(pair: KeyPair, info: string, envelope: string): Promise<Identity | null> {
  return openEnvelope(await asKeys(pair), info, envelope);
}
