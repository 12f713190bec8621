// The check of a receipt against the public log: its promise, its leaf, its place, and that the log only grew.
import { ApiProblem } from "../../api/problem";
import {
  type Checkpoint,
  checkpointOf,
  leafOf,
  LogFault,
  promiseOf,
  verifyConsistency,
  verifyInclusion,
} from "../../shared/publicLog";
import { loadInclusion, loadLogKeys, proveGrowth, type Receipt } from "../api";
import { kept, remember } from "./memory";

export type Verdict = "good" | "waiting" | "bad" | "unsupported" | "unreachable";
export interface Checked {
  verdict: Verdict;
  key: string;
  /** The newest signed state of the log, as note and as number of entries. */
  note: string;
  size: number;
  by: Date | null;
}
type Entry = NonNullable<Receipt["log"]>;

const SLACK_MS = 3_600_000; // a device's clock may be wrong

/** The largest log that this page has seen; a device that remembers begins with what it kept. */
let seen: Checkpoint | null = null;

const has = (error: unknown, ...codes: string[]): boolean => error instanceof ApiProblem && codes.includes(error.code);

/** That the log, as it is now, extends what was seen of it. */
async function grown(key: string): Promise<void> {
  if (!seen && kept.value?.checkpoint) seen = await checkpointOf(kept.value.checkpoint, key);
  if (!seen?.size) return;
  const before = seen;
  const proof = await proveGrowth(before.size).catch((error: unknown) => {
    throw has(error, "validation", "not_found") ? new LogFault("the log shrank") : error;
  });
  const now = await checkpointOf(proof.checkpoint, key);
  await verifyConsistency(before, now, proof.hashes);
  seen = now;
}

async function inspect(log: Entry, tokenHash: string, checked: Checked): Promise<Verdict> {
  const server = (await loadLogKeys()).key;
  checked.key = kept.value?.key ?? server;
  if (checked.key !== server) throw new LogFault("the log has another key");
  const leaf = await leafOf(log, tokenHash);
  const own = kept.value?.promises[tokenHash];
  for (const note of own ? [log.promise, own] : [log.promise]) {
    const promise = await promiseOf(note, checked.key);
    if (promise.leaf !== leaf) throw new LogFault("something else was promised");
    checked.by = promise.by;
  }
  await grown(checked.key);
  if (log.index === null) {
    if (checked.by && Date.now() > checked.by.getTime() + SLACK_MS) throw new LogFault("the promise was not kept");
    return "waiting";
  }
  const proof = await loadInclusion(log.index).catch((error: unknown) => {
    throw has(error, "not_found") ? new LogFault("no proof for what is said to be signed") : error;
  });
  const now = await checkpointOf(proof.checkpoint, checked.key);
  await verifyInclusion(leaf, proof.index, now, proof.hashes);
  // Between the two questions the log may have been signed again: it is compared with this state the next time.
  if (seen && now.size < seen.size) throw new LogFault("the log shrank");
  if (now.size === seen?.size && now.root !== seen.root) throw new LogFault("another log of the same size");
  seen ??= now;
  Object.assign(checked, { note: proof.checkpoint, size: now.size });
  if (kept.value?.promises[tokenHash]) remember({ ...kept.value, checkpoint: proof.checkpoint });
  return "good";
}

/** Whether a reason why it could not be checked lies with the log, the line or the browser. */
function verdictOf(error: unknown): Verdict {
  if (error instanceof LogFault) return "bad";
  if (error instanceof ApiProblem) return "unreachable";
  return error instanceof DOMException || !globalThis.crypto?.subtle ? "unsupported" : "bad";
}

/** Checks the entry of the receipt whose token has this hash (base64url). Never throws. */
export async function check(log: Entry, tokenHash: string): Promise<Checked> {
  const checked: Checked = { verdict: "bad", key: "", note: "", size: 0, by: null };
  try {
    checked.verdict = await inspect(log, tokenHash, checked);
  } catch (error) {
    checked.verdict = verdictOf(error);
  }
  return checked;
}

/** The date of a promise that the log signed, for the page after sending; null: it cannot be checked here. */
export async function promised(note: string): Promise<{ key: string; by: Date } | null> {
  try {
    const { key } = await loadLogKeys();
    return { key, by: (await promiseOf(note, key)).by };
  } catch {
    return null;
  }
}

/** For tests: as a page that was just opened. */
export function forgetSeen(): void {
  seen = null;
}
