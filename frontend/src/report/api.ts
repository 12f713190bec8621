// The public API over plain fetch: nothing is cached, no cookie is sent, every refusal is an ApiProblem.
import { ApiProblem, offlineProblem, problemFrom } from "../api/problem";
import type { Taxonomies } from "../shared/taxonomies";

export interface Region {
  code: string;
  name: string;
  level: string;
  leaf: boolean;
}

export interface Named {
  id: string;
  name: string;
}

export interface Agency extends Named {
  kind: string;
  region: { code: string; name: string };
}

export interface Channel {
  id: string;
  kind: string;
  name: string;
  number: string | null;
  address: string | null;
  url: string | null;
  hours: string | null;
  agency: Named;
  region: { code: string; name: string };
}

export type SubjectKind = "person" | "organisation" | "agency" | "unknown";
export type Occurrence = "exact" | "roughly" | "ongoing" | "unknown";

export interface Subject {
  kind: SubjectKind;
  name: string | null;
  unit: string | null;
  post: string | null;
  nickname: string | null;
  description: string | null;
  agency_id: string | null;
}

export interface Exclusion {
  agency_id: string | null;
  official: string | null;
}

export interface Tip {
  region_code: string;
  place: string | null;
  conduct: string;
  sector: string | null;
  title: string | null;
  narrative: string;
  channel_id: string | null;
  occurred: { kind: Occurrence; at: string | null; note: string | null };
  subjects: Subject[];
  exclusions: Exclusion[];
  receipt: { suite: "r1"; token_hash: string };
}

export interface Registered {
  tip_id: string;
  received_at: string;
  answer_from: { name: string };
  next_step: { stage: string; due_at: string; provisional: boolean };
}

export interface Message {
  from: "reporter" | "staff";
  at: string;
  text: string;
}

export interface Receipt {
  received_at: string;
  stage: string;
  stage_since: string;
  handled_by: string | null;
  answer_due_at: string | null;
  provisional: boolean;
  accepted: boolean | null;
  reason: string | null;
  transferred_to: string | null;
  can_write: boolean;
  messages: Message[];
  answer: { at: string; text: string } | null;
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
  return call<T>(path, { method: "POST", body, headers, cache: "no-store" }, SEND_MS);
}

type Items<T> = Promise<{ items: T[] }>;

export const loadTaxonomies = (): Promise<Taxonomies> => read("/taxonomies");

export const loadRegions = (parent: string): Items<Region> =>
  read(`/public/regions${parent ? `?parent=${encodeURIComponent(parent)}` : ""}`);

export const loadAgencies = (region: string): Items<Agency> => read(`/public/agencies?region=${encodeURIComponent(region)}`);

export const loadChannels = (region: string): Items<Channel> =>
  read(`/public/channels?region=${encodeURIComponent(region)}&limit=100`);

/** `tip` as text, so that a retry sends the same bytes under the same key. */
export const submitTip = (tip: string, key: string): Promise<Registered> => send("/public/tips", tip, key);

export const openReceipt = (token: string): Promise<Receipt> => send("/public/receipts/open", JSON.stringify({ token }));

export const writeMessage = (token: string, text: string, key: string): Promise<Receipt> =>
  send("/public/receipts/messages", JSON.stringify({ token, text }), key);
