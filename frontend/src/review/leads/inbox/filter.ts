// The inbox's filter: what the address says, and what is asked of the API. The address is the only state.
import type { LocationQuery, LocationQueryRaw } from "vue-router";
import { dayInChina } from "../../../shared/time";
import type { KeptFilter, LeadQuery } from "../../lib/types";

export const SORTS = ["-received_at", "received_at", "due_at", "-due_at"] as const;
export type Sort = (typeof SORTS)[number];
const SINGLE = [
  "nature",
  "sector",
  "conduct",
  "region",
  "agency",
  "officer",
  "number",
  "external_ref",
  "received_from",
  "received_to",
  "due_within_days",
  "due_before",
  "clock",
  "q",
] as const;

export type LeadFilter = Record<(typeof SINGLE)[number], string> & {
  state: string[];
  overlay: string[];
  /** Somebody must still do something: the server knows in which states that is. */
  open: boolean;
  overdue: boolean;
  sort: Sort;
};

export const EMPTY: Readonly<LeadFilter> = {
  state: [],
  overlay: [],
  nature: "",
  sector: "",
  conduct: "",
  region: "",
  agency: "",
  officer: "",
  number: "",
  external_ref: "",
  received_from: "",
  received_to: "",
  due_within_days: "",
  due_before: "",
  clock: "",
  q: "",
  open: false,
  overdue: false,
  sort: "-received_at",
};

function texts(value: LocationQuery[string] | undefined): string[] {
  return (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");
}

/** Reads a filter off an address; what it does not know is left out, so that an old link still opens. */
export function fromQuery(query: LocationQuery): LeadFilter {
  const filter: LeadFilter = {
    ...EMPTY,
    state: texts(query["state"]),
    overlay: texts(query["overlay"]),
    open: texts(query["open"])[0] === "true",
    overdue: texts(query["overdue"])[0] === "true",
  };
  for (const name of SINGLE) filter[name] = texts(query[name])[0] ?? "";
  filter.sort = SORTS.find((sort) => sort === query["sort"]) ?? EMPTY.sort;
  return filter;
}

/** The address of a filter, shortest form: nothing that is not set, states in one order. */
export function toQuery(filter: LeadFilter): LocationQueryRaw {
  const query: LocationQueryRaw = {};
  if (filter.state.length) query["state"] = [...filter.state].sort();
  if (filter.overlay.length) query["overlay"] = [...filter.overlay].sort();
  for (const name of SINGLE) if (filter[name]) query[name] = filter[name];
  if (filter.open) query["open"] = "true";
  if (filter.overdue) query["overdue"] = "true";
  if (filter.sort !== EMPTY.sort) query["sort"] = filter.sort;
  return query;
}

/** What a standing or saved view keeps, as a filter. Moments become days in China. */
export function fromKept(kept: KeptFilter, sort: Sort = EMPTY.sort): LeadFilter {
  const filter: LeadFilter = {
    ...EMPTY,
    sort,
    state: [...(kept.state ?? [])],
    overlay: [...(kept.overlay ?? [])],
    open: kept.open ?? false,
    overdue: kept.overdue ?? false,
  };
  for (const name of SINGLE) {
    const value = (kept as Record<string, unknown>)[name];
    if (typeof value === "string" || typeof value === "number")
      filter[name] = name.startsWith("received_") ? dayInChina(new Date(value)) : String(value);
  }
  return filter;
}

/** What of a filter a saved view keeps: everything but the words looked for. */
export function toKept(filter: LeadFilter): KeptFilter {
  const { sort: _, q: __, due_within_days: days, ...rest } = toApi(filter) as LeadQuery & { q?: string };
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
    ...(days ? { due_within_days: Number(days) } : {}),
  } as KeptFilter;
}

/** The same filter as the API's query fields; days become moments in China. */
export function toApi(filter: LeadFilter): LeadQuery {
  const { received_from: from, received_to: to, state, overlay, open, overdue, ...rest } = filter;
  // Codes in an address are any text; the server refuses those that it does not know.
  return {
    ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== "")),
    state: state.length ? [...state].sort() : undefined,
    overlay: overlay.length ? [...overlay].sort() : undefined,
    open: open || undefined,
    overdue: overdue || undefined,
    received_from: from ? `${from}T00:00:00+08:00` : undefined,
    received_to: to ? `${to}T23:59:59+08:00` : undefined,
  } as LeadQuery;
}

export function sameFilter(one: LeadFilter, other: LeadFilter): boolean {
  return JSON.stringify(toQuery(one)) === JSON.stringify(toQuery(other));
}

/** How many fields narrow the list, the sort not counted. */
export function narrowing(filter: LeadFilter): number {
  return Object.keys(toQuery({ ...filter, sort: EMPTY.sort })).length;
}

/** A lead's number from what was typed: nine digits are this year's; full-width digits, groups and spaces are understood. */
export function leadNumber(typed: string, year: number): string {
  const text = typed
    .normalize("NFKC")
    .replace(/[\s\p{Pd}]+/gu, "-")
    .replace(/^-|-$/g, "");
  const digits = text.replaceAll("-", "");
  if (/^\d{9}$/.test(digits)) return `${year}-${digits}`;
  return /^\d{13}$/.test(digits) ? `${digits.slice(0, 4)}-${digits.slice(4)}` : text;
}

/** Whether a lead's number is one, by its check digit (ISO 7064, MOD 11,10): a slip of the finger is told at once. */
export function isLeadNumber(number: string): boolean {
  if (!/^\d{4}-\d{9}$/.test(number)) return false;
  const digits = [...number.replace("-", "")].map(Number);
  const check = digits.pop()!;
  const product = digits.reduce((before, digit) => (((before + digit) % 10 || 10) * 2) % 11, 10);
  return (11 - product) % 10 === check;
}
