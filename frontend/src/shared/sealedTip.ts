// Sealed tips (suite s1): a padded body under a key used once, that key sealed to the agency and to the reporter; files in pieces.
// The same forms in Python: backend/huiyin/tips/sealed/envelope.py.
import { base64url } from "./receiptCode";
import { fromBase64url, hpkeOpen, hpkeSeal, privateKey } from "./sealedIdentity";

type Bytes = Uint8Array<ArrayBuffer>;

/** What is sealed has one of these sizes, so that its length tells little. */
export const STEPS = [1, 4, 16, 64, 256, 512].map((size) => size * 1024);
export const PIECE = 1024 * 1024;
export const TAG = 16;
export const REPORTER = "reporter";

/** What an envelope is: it opens as nothing else. A message names its writer. */
export type What = "tip" | "file" | "message/reporter" | "message/staff" | "message/answer" | "message/objection";

export interface AgencyKey {
  key_id: string;
  public_key: string;
}

export interface ToAgency {
  key_id: string;
  to_agency: string;
  body: string;
}

export interface ForReporter {
  to_reporter: string;
  body: string;
}

/** A key pair whose private half this page may use. */
export interface Reader {
  own: CryptoKey;
  publicKey: string;
}

const utf8 = new TextEncoder();
const ONCE = new Uint8Array(12); // the nonce: each content key serves once

const info = (what: What, reader: string, binding: string): string => `huiyin/sealed/s1/${what}/${reader}/${binding}`;
const place = (what: What, binding: string): Bytes => utf8.encode(`huiyin/sealed/s1/${what}/${binding}`);
const aes = (key: Bytes): Promise<CryptoKey> =>
  crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);

/** btoa takes no half megabyte of arguments at once. */
export function longBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 30_000) text += base64url(bytes.subarray(at, at + 30_000));
  return text;
}

/** The length in four bytes, the JSON, zeros up to the next step. Throws RangeError for what is longer than the last. */
export function pad(told: object): Bytes {
  const text = utf8.encode(JSON.stringify(told));
  const step = STEPS.find((size) => text.length + 4 <= size);
  if (!step) throw new RangeError("too long for an envelope");
  const plain = new Uint8Array(step);
  new DataView(plain.buffer).setUint32(0, text.length);
  plain.set(text, 4);
  return plain;
}

function unpad(plain: Bytes): unknown {
  const length = new DataView(plain.buffer).getUint32(0);
  if (!STEPS.includes(plain.length) || length > plain.length - 4) throw new RangeError("this is no envelope of ours");
  return JSON.parse(new TextDecoder().decode(plain.subarray(4, 4 + length)));
}

export async function sealBody(key: Bytes, what: What, binding: string, told: object): Promise<Bytes> {
  const gcm = { name: "AES-GCM", iv: ONCE, additionalData: place(what, binding) };
  return new Uint8Array(await crypto.subtle.encrypt(gcm, await aes(key), pad(told)));
}

async function openBody<T>(key: Bytes, what: What, binding: string, body: string): Promise<T> {
  const gcm = { name: "AES-GCM", iv: ONCE, additionalData: place(what, binding) };
  return unpad(new Uint8Array(await crypto.subtle.decrypt(gcm, await aes(key), fromBase64url(body)))) as T;
}

/** A content key for one reader; `reader` is the id of an agency's key, or REPORTER. */
export const sealKey = (to: string, what: What, reader: string, binding: string, key: Bytes): Promise<Bytes> =>
  hpkeSeal(fromBase64url(to), info(what, reader, binding), key);

const openKey = (
  { own, publicKey }: Reader,
  what: What,
  reader: string,
  binding: string,
  sealed: string,
): Promise<Bytes> => hpkeOpen(own, fromBase64url(publicKey), info(what, reader, binding), fromBase64url(sealed));

/** Seals to the agency alone. */
export async function sealToAgency(agency: AgencyKey, what: What, binding: string, told: object): Promise<ToAgency> {
  const { sealed } = await seal(agency, what, binding, told);
  return sealed;
}

/** Seals to the agency and to the reporter, who read the same bytes. */
export async function sealToBoth(
  agency: AgencyKey,
  reporter: string,
  what: What,
  binding: string,
  told: object,
): Promise<ToAgency & ForReporter> {
  const { key, sealed } = await seal(agency, what, binding, told);
  return { ...sealed, to_reporter: base64url(await sealKey(reporter, what, REPORTER, binding, key)) };
}

async function seal(
  agency: AgencyKey,
  what: What,
  binding: string,
  told: object,
): Promise<{ key: Bytes; sealed: ToAgency }> {
  const key = crypto.getRandomValues(new Uint8Array(32));
  const body = longBase64url(await sealBody(key, what, binding, told));
  const to_agency = base64url(await sealKey(agency.public_key, what, agency.key_id, binding, key));
  return { key, sealed: { key_id: agency.key_id, to_agency, body } };
}

/** Opens as the agency. Throws for another key, purpose or tip, and where something was changed. */
export async function openAsAgency<T>(reader: Reader, what: What, binding: string, sealed: ToAgency): Promise<T> {
  return openBody(await openKey(reader, what, sealed.key_id, binding, sealed.to_agency), what, binding, sealed.body);
}

/** Opens as the reporter. Throws as `openAsAgency`. */
export async function openAsReporter<T>(reader: Reader, what: What, binding: string, sealed: ForReporter): Promise<T> {
  return openBody(await openKey(reader, what, REPORTER, binding, sealed.to_reporter), what, binding, sealed.body);
}

/** The same content for a later key of the agency. */
export async function resealed(
  reader: Reader,
  from: string,
  to: AgencyKey,
  what: What,
  binding: string,
  sealed: string,
): Promise<string> {
  const key = await openKey(reader, what, from, binding, sealed);
  return base64url(await sealKey(to.public_key, what, to.key_id, binding, key));
}

/** The reporter's private key as the server keeps it: under a key that only the receipt code gives. */
export interface ReplyKey {
  public_key: string;
  nonce: string;
  wrapped: string;
}

const gcmOf = (public_key: string, nonce: Bytes) => ({
  name: "AES-GCM",
  iv: nonce,
  additionalData: utf8.encode(`huiyin/receipt/r1/reply/${public_key}`),
});

export async function wrapReply(
  replyKey: CryptoKey,
  nonce: Bytes,
  public_key: string,
  secret: Bytes,
): Promise<ReplyKey> {
  const wrapped = await crypto.subtle.encrypt(gcmOf(public_key, nonce), replyKey, secret);
  return { public_key, nonce: base64url(nonce), wrapped: base64url(new Uint8Array(wrapped)) };
}

/** A new key pair for replies, wrapped. */
export async function newReplyKey(replyKey: CryptoKey): Promise<ReplyKey> {
  const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
  const { d } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const point = base64url(new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey)));
  return wrapReply(replyKey, crypto.getRandomValues(new Uint8Array(12)), point, fromBase64url(d ?? ""));
}

/** The reporter as a reader. Throws for another code. */
export async function reporterOf(replyKey: CryptoKey, kept: ReplyKey): Promise<Reader> {
  const gcm = gcmOf(kept.public_key, fromBase64url(kept.nonce));
  const secret = new Uint8Array(await crypto.subtle.decrypt(gcm, replyKey, fromBase64url(kept.wrapped)));
  return { own: await privateKey(secret, fromBase64url(kept.public_key)), publicKey: kept.public_key };
}

/** Seven zeros, the number in four bytes, and one that says whether this is the last (STREAM). */
function nonceOf(at: number, last: boolean): Bytes {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(7, at);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/** Seals a file piece by piece, never whole in memory beside what the browser keeps of a Blob. */
export async function sealPieces(key: Bytes, file: Blob): Promise<Blob> {
  const gcm = await aes(key);
  const parts: Blob[] = [];
  for (let at = 0; at * PIECE < file.size; at += 1) {
    const plain = await file.slice(at * PIECE, (at + 1) * PIECE).arrayBuffer();
    const last = (at + 1) * PIECE >= file.size;
    parts.push(new Blob([await crypto.subtle.encrypt({ name: "AES-GCM", iv: nonceOf(at, last) }, gcm, plain)]));
  }
  return new Blob(parts);
}

/** Opens a sealed file of `size` bytes piece by piece as it comes in. Throws where a piece was changed, moved or left out. */
export async function openPieces(
  key: Bytes,
  stream: ReadableStream<Uint8Array>,
  size: number,
  type: string,
): Promise<Blob> {
  const gcm = await aes(key);
  const count = Math.ceil(size / (PIECE + TAG));
  const parts: Blob[] = [];
  let waiting = new Uint8Array(PIECE + TAG);
  let filled = 0;
  const open = async (): Promise<void> => {
    const last = parts.length === count - 1;
    const plain = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: nonceOf(parts.length, last) },
      gcm,
      waiting.subarray(0, filled),
    );
    parts.push(new Blob([plain]));
    waiting = new Uint8Array(PIECE + TAG);
    filled = 0;
  };
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    for (let at = 0; at < read.value.length;) {
      const taken = read.value.subarray(at, at + waiting.length - filled);
      waiting.set(taken, filled);
      filled += taken.length;
      at += taken.length;
      if (filled === waiting.length) await open();
    }
  }
  if (filled) await open();
  if (parts.length !== count) throw new RangeError("the file has an end too early");
  return new Blob(parts, { type });
}
