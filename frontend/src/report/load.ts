// Loading something that a page needs: its data, its failure, and a way to try again.
import { type ShallowRef, shallowRef, watch } from "vue";

import { type ApiProblem, asProblem, offlineProblem } from "../api/problem";

export interface Loading<T> {
  data: ShallowRef<T | null>;
  problem: ShallowRef<ApiProblem | null>;
  load: () => void;
}

/** Loads at once and whenever what `load` is asked with changes; a null key loads nothing. */
export function useLoading<K extends string, T>(key: () => K | null, load: (key: K) => Promise<T>): Loading<T> {
  const data = shallowRef<T | null>(null);
  const problem = shallowRef<ApiProblem | null>(null);
  let newest = 0;

  async function run(): Promise<void> {
    const wanted = key();
    newest += 1;
    const mine = newest;
    problem.value = null;
    data.value = null;
    if (wanted === null) return;
    try {
      const answer = await load(wanted);
      if (mine === newest) data.value = answer;
    } catch (error) {
      if (mine === newest) problem.value = asProblem(error);
    }
  }

  watch(key, run, { immediate: true });
  return { data, problem, load: () => void run() };
}

/** A part that few people need, with its texts. Throws ApiProblem when offline; may then be called again. */
export async function loadPart<P extends { loadTexts: () => Promise<void> }>(bring: () => Promise<P>): Promise<P> {
  try {
    const part = await bring();
    await part.loadTexts();
    return part;
  } catch (error) {
    throw offlineProblem(error);
  }
}
