// Sealing a reporter's identity in the browser (suite i1): HPKE to the identity desk's key, always of one size.
import { base64url, InsecureContextError } from "./receiptCode";

export const SUITE = "i1";
/** The identity as JSON, its length in front, and zeros up to here: what is sealed is always as long. */
export const PLAIN_BYTES = 2048;
export const KEY_BYTES = 65; // an uncompressed point of P-256
export const ENVELOPE_BYTES = KEY_BYTES + PLAIN_BYTES + 16; // encapsulated key, ciphertext, tag

export interface Identity {
  name: string;
  contacts: string;
  document: string;
}

type Bytes = Uint8Array<ArrayBuffer>;
const utf8 = new TextEncoder();
const NOTHING = new Uint8Array(0);
const EC = { name: "ECDH", namedCurve: "P-256" } as const;
// RFC 9180 section 7: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM.
const KEM = Uint8Array.of(75, 69, 77, 0, 0x10);
const HPKE = Uint8Array.of(72, 80, 75, 69, 0, 0x10, 0, 1, 0, 2);

function join(...parts: (Uint8Array | string)[]): Bytes {
  const bytes = parts.map((part) => (typeof part === "string" ? utf8.encode(part) : part));
  const whole = new Uint8Array(bytes.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of bytes) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

async function hmac(key: Bytes, text: Bytes): Promise<Bytes> {
  // HMAC pads its key with zeros, and WebCrypto takes no empty one: an empty salt is 32 zeros.
  const given = key.length ? key : new Uint8Array(32);
  const made = await crypto.subtle.importKey("raw", given, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", made, text));
}

/** LabeledExtract (RFC 9180 section 4). */
const extract = (suite: Bytes, salt: Bytes, label: string, input: Bytes): Promise<Bytes> =>
  hmac(salt, join("HPKE-v1", suite, label, input));

/** LabeledExpand (RFC 9180 section 4), of at most 32 bytes: one round of HKDF-Expand. */
const expand = async (suite: Bytes, secret: Bytes, label: string, info: Bytes, length: number): Promise<Bytes> =>
  (await hmac(secret, join(Uint8Array.of(0, length), "HPKE-v1", suite, label, info, Uint8Array.of(1)))).slice(
    0,
    length,
  );

/**
 * Single-shot sealing in base mode (RFC 9180 sections 4.1, 5.1, 6.1): the encapsulated key, then the ciphertext.
 * Throws where the key is not a point of the curve. `ephemeral` is for the known answers.
 */
export async function hpkeSeal(to: Bytes, info: string, plain: Bytes, ephemeral?: CryptoKeyPair): Promise<Bytes> {
  const { subtle } = crypto;
  if (!subtle) throw new InsecureContextError("WebCrypto needs https");
  const recipient = await subtle.importKey("raw", to, EC, true, []);
  const pair = ephemeral ?? (await subtle.generateKey(EC, false, ["deriveBits"]));
  const sent = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
  const { key, iv } = await schedule(recipient, pair.privateKey, join(sent, to), info);
  return join(sent, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv }, key, plain)));
}

/** What `hpkeSeal` made, for the holder of the key. Throws where it was sealed for another key or purpose, or changed. */
export async function hpkeOpen(own: CryptoKey, ownPublic: Bytes, info: string, sealed: Bytes): Promise<Bytes> {
  const sent = sealed.slice(0, KEY_BYTES);
  const sender = await crypto.subtle.importKey("raw", sent, EC, true, []);
  const { key, iv } = await schedule(sender, own, join(sent, ownPublic), info);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, sealed.slice(KEY_BYTES)));
}

/** A private key as WebCrypto takes it, from 32 bytes. Throws unless it belongs to the public one. */
export function privateKey(secret: Uint8Array, point: Uint8Array): Promise<CryptoKey> {
  const jwk = {
    kty: "EC",
    crv: "P-256",
    x: base64url(point.subarray(1, 33)),
    y: base64url(point.subarray(33)),
    d: base64url(secret),
  };
  return crypto.subtle.importKey("jwk", jwk, EC, false, ["deriveBits"]);
}

/** The key schedule of base mode (RFC 9180 sections 4.1 and 5.1), the same on both sides. */
async function schedule(
  theirs: CryptoKey,
  ours: CryptoKey,
  both: Bytes,
  info: string,
): Promise<{ key: CryptoKey; iv: Bytes }> {
  const agreed = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, ours, 256));
  const shared = await expand(KEM, await extract(KEM, NOTHING, "eae_prk", agreed), "shared_secret", both, 32);
  const context = join(
    Uint8Array.of(0), // mode_base
    await extract(HPKE, NOTHING, "psk_id_hash", NOTHING),
    await extract(HPKE, NOTHING, "info_hash", utf8.encode(info)),
  );
  const secret = await extract(HPKE, shared, "secret", NOTHING);
  const raw = await expand(HPKE, secret, "key", context, 32);
  const key = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { key, iv: await expand(HPKE, secret, "base_nonce", context, 12) };
}

/** Who left nothing seals the same number of bytes, a length of zero in front. */
export function pad(identity: Identity | null): Bytes {
  const text = identity ? utf8.encode(JSON.stringify(identity)) : NOTHING;
  if (text.length > PLAIN_BYTES - 2) throw new RangeError("the identity is too long for its envelope");
  const plain = new Uint8Array(PLAIN_BYTES);
  plain.set([text.length >> 8, text.length & 255]);
  plain.set(text, 2);
  return plain;
}

/** Null for the envelope of somebody who stayed anonymous. Throws for what `pad` did not make. */
export function unpad(plain: Uint8Array): Identity | null {
  const length = ((plain[0] ?? 0) << 8) | (plain[1] ?? 0);
  if (plain.length !== PLAIN_BYTES || length > PLAIN_BYTES - 2) throw new RangeError("this is no identity");
  if (length === 0) return null;
  const { name, contacts, document } = JSON.parse(new TextDecoder().decode(plain.subarray(2, 2 + length))) as Identity;
  return { name, contacts, document };
}

/** What an envelope to the desk is bound to, so that it opens for no other key version and no other tip. */
export const deskInfo = (version: number, tokenHash: string): string => `huiyin/identity/i1/${version}/${tokenHash}`;

/** What an envelope to an officer who asked is bound to. */
export const openingInfo = (opening: string): string => `huiyin/opening/i1/${opening}`;

export function fromBase64url(text: string): Bytes {
  return Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
}

export interface DeskKey {
  version: number;
  public_key: string;
}

/** The sealed identity of a tip, as the API takes it; a dummy of the same size where nothing was left. */
export async function sealIdentity(desk: DeskKey, tokenHash: string, identity: Identity | null) {
  const envelope = await hpkeSeal(fromBase64url(desk.public_key), deskInfo(desk.version, tokenHash), pad(identity));
  return { suite: SUITE, key_version: desk.version, envelope: base64url(envelope) } as const;
}
