// Checks the public log in the browser: RFC 6962 proofs, signed notes (C2SP) and what a receipt's entry commits to.

/** What the server shows of a tip's entry (the API's LogEntry). */
export interface Entry {
  entry: string;
  salt: string;
  promise: string;
}
export interface Inclusion {
  index: number;
  size: number;
  hashes: string[];
  checkpoint: string;
}
/** A signed state of the log; `root` is base64. */
export interface Checkpoint {
  size: number;
  root: string;
}

/** The log, or what the server says of it, is not what it should be. The message is for the console only. */
export class LogFault extends Error {
  override readonly name = "LogFault";
}

type Bytes = Uint8Array<ArrayBuffer>;

const ascii = new TextEncoder();
const fail = (why: string): never => {
  throw new LogFault(why);
};

function bytes(base64: string): Bytes {
  try {
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    return fail("not base64");
  }
}
const base64 = (raw: Bytes): string => btoa(String.fromCharCode(...raw));

async function sha256(...parts: (Bytes | number[])[]): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Uint8Array.from(parts.flatMap((part) => [...part]))));
}
const leafHash = (entry: Bytes): Promise<Bytes> => sha256([0], entry);
const nodeHash = (left: Bytes, right: Bytes): Promise<Bytes> => sha256([1], left, right);

/** The text of a note, if the key signed it. Throws LogFault; NotSupportedError where the browser knows no Ed25519. */
export async function signedText(note: string, vkey: string): Promise<string> {
  const [name = "", id = "", ...rest] = vkey.split("+");
  const raw = bytes(rest.join("+"));
  const key = await crypto.subtle.importKey("raw", raw.slice(1), "Ed25519", false, ["verify"]);
  const end = note.lastIndexOf("\n\n") + 1;
  const text = note.slice(0, end);
  for (const line of note.slice(end).split("\n")) {
    const [, signer, coded = ""] = /^— (\S+) (\S+)$/u.exec(line) ?? [];
    if (signer !== name) continue;
    const signature = bytes(coded);
    if (signature.slice(0, 4).some((byte, place) => byte !== Number.parseInt(id.slice(2 * place, 2 * place + 2), 16)))
      continue;
    if (await crypto.subtle.verify("Ed25519", key, signature.slice(4), ascii.encode(text))) return text;
  }
  return fail("not signed by the log");
}

/** A checkpoint that the log signed. */
export async function checkpointOf(note: string, vkey: string): Promise<Checkpoint> {
  const [origin, size = "", root = ""] = (await signedText(note, vkey)).split("\n");
  if (origin !== vkey.split("+")[0] || !/^[0-9]+$/.test(size) || bytes(root).length !== 32) fail("not a checkpoint");
  return { size: Number(size), root };
}

/** Until when the log has promised which leaf. */
export async function promiseOf(note: string, vkey: string): Promise<{ leaf: string; by: Date }> {
  const [kind, origin, leaf = "", seconds] = (await signedText(note, vkey)).split("\n");
  if (kind !== "huiyin/promise/v1" || origin !== vkey.split("+")[0]) fail("not a promise");
  return { leaf, by: new Date(Number(seconds) * 1000) };
}

/** The leaf of an entry, base64, once it is sure that the entry is about this receipt (base64url SHA-256 of its token). */
export async function leafOf({ entry, salt }: Entry, tokenHash: string): Promise<string> {
  const told = JSON.parse(entry) as { event?: string; facts?: { receipt?: string } };
  const own = [...bytes(tokenHash.replaceAll("-", "+").replaceAll("_", "/"))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
  if (told.event !== "tip:promise" || told.facts?.receipt !== own) fail("the entry is about another receipt");
  return base64(await leafHash(await sha256(bytes(salt), ascii.encode(entry))));
}

/** RFC 9162 section 2.1.3.2. Throws LogFault unless the leaf stands at its place in the tree. */
export async function verifyInclusion(
  leaf: string,
  index: number,
  { size, root }: Checkpoint,
  hashes: string[],
): Promise<void> {
  if (index >= size) fail("outside of the tree");
  let [first, last, total] = [index, size - 1, bytes(leaf)];
  for (const each of hashes.map(bytes)) {
    if (last === 0) fail("the proof is too long");
    if (first & 1 || first === last) {
      total = await nodeHash(each, total);
      while (first && !(first & 1)) [first, last] = [first >> 1, last >> 1];
    } else total = await nodeHash(total, each);
    [first, last] = [first >> 1, last >> 1];
  }
  if (last !== 0 || base64(total) !== root) fail("not in the tree");
}

/** RFC 9162 section 2.1.4.2. Throws LogFault unless the later tree only grew out of the earlier one. */
export async function verifyConsistency(old: Checkpoint, now: Checkpoint, hashes: string[]): Promise<void> {
  if (old.size > now.size) fail("the log shrank");
  if (old.size === now.size || old.size === 0) {
    if (hashes.length > 0 || (old.size > 0 && old.root !== now.root)) fail("another log of the same size");
    return;
  }
  const path = hashes.map(bytes);
  if ((old.size & (old.size - 1)) === 0) path.unshift(bytes(old.root));
  let before = path.shift() ?? fail("the proof is too short");
  let [first, last, after] = [old.size - 1, now.size - 1, before];
  while (first & 1) [first, last] = [first >> 1, last >> 1];
  for (const each of path) {
    if (last === 0) fail("the proof is too long");
    if (first & 1 || first === last) {
      before = await nodeHash(each, before);
      after = await nodeHash(each, after);
      while (first && !(first & 1)) [first, last] = [first >> 1, last >> 1];
    } else after = await nodeHash(after, each);
    [first, last] = [first >> 1, last >> 1];
  }
  if (last !== 0 || base64(before) !== old.root || base64(after) !== now.root) fail("the log was changed");
}
