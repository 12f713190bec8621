// Labels of the server's codes (states, verbs, sectors …) in the language in use.
import { useQuery } from "@tanstack/vue-query";
import { bodyOf } from "../../api/client";
import { api } from "./api";
import { language } from "./i18n";
import { labelOf, labelOfTerm, termsOf } from "../../shared/taxonomies";

export interface Labels {
  label: (kind: string, code: string | null | undefined) => string;
  terms: (kind: string) => { code: string; label: string }[];
}

export function useLabels(): Labels {
  const { data } = useQuery({
    queryKey: ["taxonomies"],
    queryFn: () => bodyOf(api.GET("/api/v1/taxonomies")),
    staleTime: 3_600_000,
  });
  return {
    // Nothing rather than a bare code while the labels are on their way.
    label: (kind, code) => (data.value ? labelOf(data.value, kind, code, language()) : ""),
    terms: (kind) => termsOf(data.value, kind).map((term) => ({ code: term.code, label: labelOfTerm(term, language()) })),
  };
}
