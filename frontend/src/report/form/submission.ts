// Sending one tip: code and key are made once and kept over every retry, so a dropped line creates nothing twice.
import { shallowRef } from "vue";

import { idempotencyKey } from "../../api/idempotency";
import { ApiProblem } from "../../api/problem";
import { deriveLookup, type Lookup, newReceiptCode } from "../../shared/receiptCode";
import { type Registered, submitTip, type Tip } from "../api";
import { onLeave } from "../leave";

export interface Sent {
  code: string;
  registered: Registered;
  /** What the receipt is known by. */
  tokenHash: string;
  /** Opens the receipt: files are added with it. */
  token: string;
  /** Sealed to an agency: so are the files that are added. */
  sealed: boolean;
  /** The first attempt had arrived; what was changed after it was not sent. */
  earlier: boolean;
}

export type Phase = "idle" | "deriving" | "sending";

interface Attempt {
  code: string;
  key: string;
  lookup: Promise<Lookup>;
  /** Bodies that may have arrived: no answer came for them. */
  unanswered: string[];
}

export const phase = shallowRef<Phase>("idle");
export const receipt = shallowRef<Sent | null>(null);

let attempt: Attempt | null = null;

function newAttempt(): Attempt {
  const code = newReceiptCode();
  return { code, key: idempotencyKey(), lookup: deriveLookup(code), unanswered: [] };
}

const isTaken = (error: unknown): boolean => error instanceof ApiProblem && error.code === "idempotency_mismatch";

/** The key is taken by another body, so an attempt that got no answer had arrived: asks each for its answer. */
async function earlier({ unanswered, key }: Attempt, taken: unknown): Promise<Registered> {
  for (const body of unanswered) {
    try {
      return await submitTip(body, key);
    } catch (error) {
      if (!isTaken(error)) throw error;
    }
  }
  throw taken;
}

async function post(current: Attempt, body: string): Promise<{ registered: Registered; earlier: boolean }> {
  const { unanswered, key } = current;
  try {
    return { registered: await submitTip(body, key), earlier: false };
  } catch (error) {
    if (isTaken(error)) return { registered: await earlier(current, error), earlier: true };
    if (error instanceof ApiProblem && error.retryable && !unanswered.includes(body)) unanswered.push(body);
    throw error;
  }
}

/** Sends what `tipFor` makes of the code's derivations. Throws ApiProblem or InsecureContextError; may then be called again. */
export async function submit(tipFor: (lookup: Lookup) => Promise<Pick<Tip, "sealed">>): Promise<void> {
  if (phase.value !== "idle") return;
  phase.value = "deriving";
  try {
    attempt ??= newAttempt();
    const current = attempt;
    const lookup = await current.lookup;
    phase.value = "sending";
    const tip = await tipFor(lookup);
    const answer = await post(current, JSON.stringify(tip));
    if (attempt !== current) return; // left meanwhile
    const { token, tokenHash } = lookup;
    receipt.value = { code: current.code, token, tokenHash, sealed: tip.sealed !== null, ...answer };
    attempt = null;
  } catch (error) {
    if (!(error instanceof ApiProblem)) attempt = null; // the code could not be made: begin anew
    throw error;
  } finally {
    phase.value = "idle";
  }
}

export function forgetSubmission(): void {
  attempt = null;
  receipt.value = null;
}

onLeave(forgetSubmission);
