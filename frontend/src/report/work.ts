// Work that the service asks of strangers' machines (ALTCHA's proof of work, version 2): begun early, kept until it was used.
import { shallowRef } from "vue";

import { ApiProblem } from "../api/problem";
import type { components } from "../api/schema";
import { onLeave } from "./leave";

export type Challenge = components["schemas"]["Challenge"];

/** True while something waits for it. */
export const working = shallowRef(false);

const AT_ONCE = 4; // the browser derives on threads of its own, so the page stays responsive without a worker
const MARGIN_S = 60;

const bytes = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));

/** The challenge with the number that solves it, as ALTCHA sends it. Takes as long as the challenge says. */
export async function solve(challenge: Challenge): Promise<string> {
  const { nonce, salt, cost, keyLength, keyPrefix } = challenge.parameters;
  const password = bytes(`${nonce}00000000`);
  const attempt = async (counter: number): Promise<{ counter: number; derivedKey: string }> => {
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const bits = await crypto.subtle.deriveBits(
      { name: "PBKDF2", hash: "SHA-256", salt: bytes(salt), iterations: cost },
      key,
      keyLength * 8,
    );
    return {
      counter,
      derivedKey: Array.from(new Uint8Array(bits), (byte) => byte.toString(16).padStart(2, "0")).join(""),
    };
  };
  for (let from = 0; from < challenge.parameters.data.tries; from += AT_ONCE) {
    const tried = await Promise.all(Array.from({ length: AT_ONCE }, (_, more) => attempt(from + more)));
    const solution = tried.find(({ derivedKey }) => derivedKey.startsWith(keyPrefix));
    if (solution) return btoa(JSON.stringify({ challenge, solution }));
  }
  throw new Error("no number solves the challenge");
}

interface Work {
  proof: Promise<string>;
  until: number;
}
const held = new Map<string, Work>();

/** Begins the work for a path, unless it was done and still serves. */
export async function begin(path: string, ask: () => Promise<Challenge | null | undefined>): Promise<void> {
  if ((held.get(path)?.until ?? 0) > Date.now()) return;
  const challenge = await ask().catch(() => null); // without it the refusal of what is sent brings one
  if (challenge) keep(path, challenge);
}

function keep(path: string, challenge: Challenge): void {
  const proof = solve(challenge);
  proof.catch(() => held.delete(path));
  held.set(path, { proof, until: (challenge.parameters.expiresAt - MARGIN_S) * 1000 });
}

/** Sends with the proof that there is; where work is asked for, does it and sends the same again. */
export async function withWork<T>(path: string, post: (proof?: string) => Promise<T>): Promise<T> {
  for (let round = 0; ; round += 1) {
    working.value = held.has(path);
    try {
      const proof = await held.get(path)?.proof;
      working.value = false;
      const answer = await post(proof);
      held.delete(path);
      return answer;
    } catch (error) {
      const asked = error instanceof ApiProblem && error.code === "proof_required" ? error.members["challenge"] : null;
      if (!asked || round > 4) throw error;
      keep(path, asked as Challenge);
    } finally {
      working.value = false;
    }
  }
}

onLeave(() => held.clear());
