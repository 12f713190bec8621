// The public log as the dashboard shows it: the newest signed state, checked here, and the witnesses that cosign it.
import { useMutation, useQuery, useQueryClient } from "@tanstack/vue-query";
import { ApiProblem, bodyOf } from "../../api/client";
import type { components } from "../../api/schema";
import { type Checkpoint, checkpointOf, LogFault, verifyConsistency } from "../../shared/publicLog";
import { api, once } from "../lib/api";
import { queryKeys } from "../lib/query/keys";

export type Witness = components["schemas"]["WitnessItem"];
type NewWitness = components["schemas"]["NewWitness"];

export interface LogState {
  key: string;
  witnesses: readonly Witness[];
  /** Null: nothing was signed yet. */
  checkpoint: Checkpoint | null;
  /** True when the signature is right and the log only grew since this page first looked; null: this browser cannot tell. */
  good: boolean | null;
}

/** The first state that this page saw: what comes later must have grown out of it. */
let first: Checkpoint | null = null;

async function grewOutOf(before: Checkpoint, now: Checkpoint, key: string): Promise<void> {
  if (!before.size || before.size === now.size) {
    if (before.size && before.root !== now.root) throw new LogFault("two states of one size");
    return;
  }
  const asked = bodyOf(
    api.GET("/api/v1/log/proof/consistency", { params: { query: { old: before.size, size: now.size } } }),
  );
  const proof = await asked.catch((error: unknown) => {
    // It signed that state and knows nothing of it any more.
    throw error instanceof ApiProblem && ["not_found", "validation"].includes(error.code)
      ? new LogFault("the log shrank")
      : error;
  });
  await verifyConsistency(before, await checkpointOf(proof.checkpoint, key), [...proof.hashes]);
}

async function look(): Promise<LogState> {
  const { key, witnesses } = await bodyOf(api.GET("/api/v1/log/keys"));
  const answer = await fetch("/api/v1/log/checkpoint", { cache: "no-store" });
  if (answer.status === 404) return { key, witnesses, checkpoint: null, good: true };
  const note = await answer.text();
  try {
    const checkpoint = await checkpointOf(note, key);
    first ??= checkpoint;
    await grewOutOf(first, checkpoint, key);
    return { key, witnesses, checkpoint, good: true };
  } catch (error) {
    if (error instanceof LogFault) return { key, witnesses, checkpoint: null, good: false };
    if (error instanceof DOMException && error.name === "NotSupportedError")
      return { key, witnesses, checkpoint: null, good: null };
    throw error; // a dropped line is no alarm
  }
}

export function useLog() {
  return useQuery({ queryKey: queryKeys.log, queryFn: look, refetchInterval: 60_000 });
}

export function useWitnesses() {
  const cache = useQueryClient();
  const onSuccess = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKeys.log });
  const register = useMutation({
    mutationFn: ({ body, key }: { body: NewWitness; key: string }) =>
      bodyOf(api.POST("/api/v1/log/witnesses", { params: { header: once(key) }, body })),
    onSuccess,
  });
  const retire = useMutation({
    mutationFn: (id: string) =>
      bodyOf(api.POST("/api/v1/log/witnesses/{witness_id}/retire", { params: { path: { witness_id: id } } })),
    onSuccess,
  });
  return { register, retire };
}

const DAY = 86_400_000;

/** How a witness stands: it lags when it has cosigned nothing for a day although the log has grown. */
export function standing(one: Witness, size: number, now: number): "retired" | "never" | "lags" | "good" {
  if (one.retired_at) return "retired";
  if (!one.at) return "never";
  return (one.size ?? 0) < size && now - Date.parse(one.at) > DAY ? "lags" : "good";
}
