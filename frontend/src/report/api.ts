// The public API over plain fetch: nothing is cached, no cookie is sent, every refusal is an ApiProblem.
import { shallowRef } from "vue";

import { ApiProblem, offlineProblem, problemFrom } from "../api/problem";
import type { components } from "../api/schema";
import type { Taxonomies } from "../shared/taxonomies";
import { begin, withWork } from "./work";

type Schemas = components["schemas"];

export type Region = Schemas["RegionItem"];
export type Agency = Schemas["PublicAgency"];
export type Channel = Schemas["PublicChannel"];
export type Occurrence = Schemas["Occurrence"];
export type Receipt = Schemas["Receipt"];
export type UploadPermit = Schemas["UploadPermit"];
export type Inclusion = Schemas["InclusionProof"];
export type Growth = Schemas["ConsistencyProof"];
export type Registered = Schemas["TipAccepted"];
/** Every field is said, so that a new one in the API is noticed here. */
export type Tip = Complete<Schemas["PublicTip"]>;
export type Subject = Complete<Schemas["SubjectIn"]>;
export type Exclusion = Complete<Schemas["ExclusionIn"]>;

type Complete<T> = T extends (infer Item)[]
  ? Complete<Item>[]
  : T extends object
    ? { [Name in keyof T]-?: Complete<T[Name]> }
    : T;

export interface Named {
  id: string;
  name: string;
}

const READ_MS = 20_000;
const SEND_MS = 90_000; // 50,000 characters over a bad line

async function call<T>(path: string, init: RequestInit, timeout: number): Promise<T> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), timeout);
  try {
    const response = await fetch(`/api/v1${path}`, {
      ...init,
      credentials: "omit",
      referrerPolicy: "no-referrer",
      signal: giveUp.signal,
    });
    const body: unknown = await response.json().catch((error: unknown) => {
      if (response.ok) throw error; // the line dropped in the middle of a good answer
      return null;
    });
    if (!response.ok) throw problemFrom(response.status, body, response.headers.get("Retry-After"));
    return body as T;
  } catch (error) {
    throw error instanceof ApiProblem ? error : offlineProblem(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Registers' data may be cached for the page's life: a failed load is forgotten so that it can be tried again. */
const loaded = new Map<string, Promise<unknown>>();

function read<T>(path: string): Promise<T> {
  let answer = loaded.get(path) as Promise<T> | undefined;
  if (!answer) {
    answer = call<T>(path, {}, READ_MS);
    loaded.set(path, answer);
    answer.catch(() => loaded.delete(path));
  }
  return answer;
}

function send<T>(path: string, body: string, key?: string): Promise<T> {
  const headers: Record<string, string> = { "Content-Type": "application/json" };
  if (key) headers["Idempotency-Key"] = key;
  return withWork(path, (proof) => {
    if (proof) headers["Proof-Of-Work"] = proof;
    return call<T>(path, { method: "POST", body, headers, cache: "no-store" }, SEND_MS);
  });
}

type Items<T> = Promise<{ items: T[] }>;

/** What the public pages say by code; the rest of the taxonomies would be nine tenths of what a slow phone waits for. */
const SAID = [
  "agency_kind",
  "channel_kind",
  "conduct",
  "decline_reason",
  "identity_purpose",
  "occurrence",
  "reporter_stage",
  "sector",
  "subject_kind",
  "transfer_reason",
];

export const loadTaxonomies = (): Promise<Taxonomies> => read(`/taxonomies?kinds=${SAID.join("&kinds=")}`);

export const loadRegions = (parent: string): Items<Region> =>
  read(`/public/regions${parent ? `?parent=${encodeURIComponent(parent)}` : ""}`);

export const loadAgencies = (region: string): Items<Agency> =>
  read(`/public/agencies?region=${encodeURIComponent(region)}`);

type IdentityKey = Schemas["IdentityKeyNow"];

export const loadIdentityKey = (): Promise<IdentityKey> => read("/public/identity-key");

/** As it is now: the desk may have replaced its key since the page was opened. */
export const freshIdentityKey = (): Promise<IdentityKey> =>
  call("/public/identity-key", { cache: "no-store" }, READ_MS);

type SealedKeys = Schemas["PublicSealedKeys"];
const sealedKeys = (region: string): string => `/public/sealed-keys?region=${encodeURIComponent(region)}`;

export const loadSealedKeys = (region: string): Promise<SealedKeys> => read(sealedKeys(region));

/** As they are now, for sealing. */
export const loadFreshSealedKeys = (region: string): Promise<SealedKeys> =>
  call(sealedKeys(region), { cache: "no-store" }, READ_MS);

/** Makes of a file what the agency alone opens: the sealed bytes, and name and key in an envelope as JSON. */
export type Sealer = (file: Blob, name: string) => Promise<{ file: Blob; sealed: string }>;

/** What a reporter writes: in clear, or of a sealed tip in an envelope. */
export type Words = { text: string } | { sealed: Schemas["SealedText"] };

export const loadChannels = (region: string): Items<Channel> =>
  read(`/public/channels?region=${encodeURIComponent(region)}&limit=100`);

export const loadLogKeys = (): Promise<Schemas["LogKeys"]> => call("/log/keys", { cache: "no-store" }, READ_MS);

export const loadInclusion = (index: number): Promise<Inclusion> =>
  call(`/log/proof/inclusion?index=${index}`, { cache: "no-store" }, READ_MS);

/** That the log extends the one of `old` entries. */
export const proveGrowth = (old: number): Promise<Growth> =>
  call(`/log/proof/consistency?old=${old}`, { cache: "no-store" }, READ_MS);

const TIPS = "/public/tips";

/** Until when the office asks more work of everybody; null: it does not. */
export const raisedUntil = shallowRef<string | null>(null);

/** Has the machine do the work for a tip while its reporter is still typing. */
export const beginWork = (region: string): Promise<void> =>
  begin(TIPS, async () => {
    const { challenge, raised_until } = await call<Schemas["WorkAsked"]>(
      `/public/challenge?region_code=${encodeURIComponent(region)}`,
      { cache: "no-store" },
      READ_MS,
    );
    raisedUntil.value = raised_until;
    return challenge;
  });

/** `tip` as text, so that a retry sends the same bytes under the same key. */
export const submitTip = (tip: string, key: string): Promise<Registered> => send(TIPS, tip, key);

export const openReceipt = (token: string): Promise<Receipt> =>
  send("/public/receipts/open", JSON.stringify({ token }));

/** Lets files be added to the tip for a day. */
export const permitUploads = (token: string): Promise<UploadPermit> =>
  send("/public/receipts/uploads", JSON.stringify({ token }));

export const rateAnswer = (token: string, satisfied: boolean, line: string): Promise<Receipt> =>
  send("/public/receipts/rating", JSON.stringify({ token, satisfied, line: line || null }));

export const objectToAnswer = (token: string, words: Words, key: string): Promise<Receipt> =>
  send("/public/receipts/objection", JSON.stringify({ token, ...words }), key);

export const writeMessage = (token: string, words: Words, key: string): Promise<Receipt> =>
  send("/public/receipts/messages", JSON.stringify({ token, ...words }), key);
