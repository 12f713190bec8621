// Labels of codes (states, sectors, verbs …): they come from GET /taxonomies, never from the message files.
import type { Language } from "./language";

export interface Term {
  code: string;
  zh_cn: string;
  zh_hant: string;
  en: string;
}

export interface Taxonomies {
  version: string | number;
  terms: Readonly<Record<string, readonly Term[] | undefined>>;
}

const FIELD = { "zh-CN": "zh_cn", "zh-Hant": "zh_hant", en: "en" } as const;

/** The terms of a kind in the register's order; empty while the taxonomies are on their way. */
export function termsOf(taxonomies: Taxonomies | null | undefined, kind: string): readonly Term[] {
  return taxonomies?.terms[kind] ?? [];
}

export function labelOfTerm(term: Term, language: Language): string {
  return term[FIELD[language]] || term.zh_cn || term.code;
}

/** A code's label; the bare code where the register does not know it (a newer server), "" for no code. */
export function labelOf(
  taxonomies: Taxonomies | null | undefined,
  kind: string,
  code: string | null | undefined,
  language: Language,
): string {
  if (!code) return "";
  const term = termsOf(taxonomies, kind).find((candidate) => candidate.code === code);
  return term ? labelOfTerm(term, language) : code;
}
