// Names of the ids and codes that a verb's recorded input holds: agencies, the lead's officers, other leads.
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { useAgencies, useOfficers } from "../lib/registers";
import { may } from "../access/sign_in/session";
import { useLabels } from "../lib/labels";
import type { Lead } from "../lib/types";
import type { InputNames } from "../workflow/timelineInput";

export function useNames(lead: MaybeRefOrGetter<Lead | undefined>): InputNames {
  const { data: agencies } = useAgencies();
  // Verifiers who were named but have not declared yet hold nothing of the lead.
  const working = computed(() => {
    const shown = toValue(lead);
    return shown && may("officers:read")
      ? [shown.held_by.agency.id, ...shown.assisting.map((agency) => agency.id)]
      : [];
  });
  const { data: verifiers } = useOfficers(working, "verifier");
  const { label } = useLabels();
  const ofLead = (shown: Lead | undefined): { id: string; name: string }[] => [
    ...(shown?.assignments.map((one) => one.officer) ?? []),
    ...(shown?.verifiers ?? []),
    ...(shown?.merged_into ? [{ id: shown.merged_into.id, name: shown.merged_into.number }] : []),
  ];
  return {
    label,
    name: (id) =>
      [...(agencies.value ?? []), ...ofLead(toValue(lead)), ...(verifiers.value ?? [])].find((one) => one.id === id)
        ?.name,
  };
}
