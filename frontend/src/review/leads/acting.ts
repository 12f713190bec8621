// An act on one lead beside its verbs: what the server will tell of it is known here already, what it changes is read anew.
import { type QueryKey, useQueryClient } from "@tanstack/vue-query";
import { toValue, type MaybeRefOrGetter } from "vue";
import { changedHere } from "./live";

/** `also`: what else it changes, beside the lead and its timeline; `part`: the only part of the lead that it changes. */
export function useActing(lead: MaybeRefOrGetter<string>, also: QueryKey[] = [], part: QueryKey = []): <Answer>(act: Promise<Answer>) => Promise<Answer> {
  const cache = useQueryClient();
  return async (act) => {
    const id = toValue(lead);
    changedHere(id);
    const answer = await act;
    changedHere(id);
    for (const queryKey of [["timeline", id], ...also]) void cache.invalidateQueries({ queryKey });
    await cache.invalidateQueries({ queryKey: ["lead", id, ...part] });
    return answer;
  };
}
