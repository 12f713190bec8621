// An act on one lead beside its verbs: what the server will tell of it is known here already, what it changes is read anew.
import { type QueryKey, useQueryClient } from "@tanstack/vue-query";
import { toValue, type MaybeRefOrGetter } from "vue";
import { queryKeys } from "../lib/query/keys";
import { changedHere } from "./live";

export interface Changes {
  /** The only part of the lead that the act changes; the whole lead where none is named. */
  changes?: (lead: string) => QueryKey;
  /** What else it changes, beside the lead and its timeline. */
  also?: QueryKey[];
}

export function useActing(
  lead: MaybeRefOrGetter<string>,
  { changes = queryKeys.lead, also = [] }: Changes = {},
): <Answer>(act: Promise<Answer>) => Promise<Answer> {
  const cache = useQueryClient();
  return async (act) => {
    const id = toValue(lead);
    changedHere(id);
    const answer = await act;
    changedHere(id);
    for (const queryKey of [queryKeys.timeline(id), ...also]) void cache.invalidateQueries({ queryKey });
    await cache.invalidateQueries({ queryKey: changes(id) });
    return answer;
  };
}
