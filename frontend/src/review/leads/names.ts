// Names of the ids and codes that a verb's recorded input holds: agencies, the lead's own officers, other leads.
import { toValue, type MaybeRefOrGetter } from "vue";
import { useAgencies } from "../access/registers";
import { useLabels } from "../shell/labels";
import type { Lead } from "../shell/types";
import type { InputNames } from "./timelineInput";

export function useNames(lead: MaybeRefOrGetter<Lead | undefined>): InputNames {
  const { data: agencies } = useAgencies();
  const { label } = useLabels();
  const ofLead = (shown: Lead | undefined): { id: string; name: string }[] => [
    ...(shown?.assignments.map((one) => one.officer) ?? []),
    ...(shown?.verifiers ?? []),
    ...(shown?.merged_into ? [{ id: shown.merged_into.id, name: shown.merged_into.number }] : []),
  ];
  return {
    label,
    name: (id) => [...(agencies.value ?? []), ...ofLead(toValue(lead))].find((one) => one.id === id)?.name,
  };
}
