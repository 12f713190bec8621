// Labels of the server's codes (states, verbs, sectors …) in the language in use.
import { useQuery } from "@tanstack/vue-query";
import { effectScope } from "vue";
import { bodyOf } from "../../api/client";
import { api } from "./api";
import { language } from "./i18n";
import { queryClient } from "./query/client";
import { labelOf, labelOfTerm, termsOf, type Taxonomies } from "../../shared/taxonomies";
import { queryKeys } from "./query/keys";

export interface Labels {
  label: (kind: string, code: string | null | undefined) => string;
  terms: (kind: string) => { code: string; label: string }[];
}

/** One observer for the whole page: each of a list's rows has labels, and an observer of its own would be most of its cost. */
let read: (() => Taxonomies | undefined) | null = null;

function taxonomies(): Taxonomies | undefined {
  read ??= effectScope(true).run(() => {
    const options = {
      queryKey: queryKeys.taxonomies,
      queryFn: () => bodyOf(api.GET("/api/v1/taxonomies")),
      staleTime: 3_600_000,
      shallow: true,
    };
    const { data } = useQuery(options, queryClient);
    return () => data.value;
  })!;
  return read();
}

export function useLabels(): Labels {
  taxonomies();
  return LABELS;
}

const LABELS: Labels = {
  // Nothing rather than a bare code while the labels are on their way.
  label: (kind, code) => {
    const known = taxonomies();
    return known ? labelOf(known, kind, code, language()) : "";
  },
  terms: (kind) =>
    termsOf(taxonomies(), kind).map((term) => ({ code: term.code, label: labelOfTerm(term, language()) })),
};
