// The envelope that goes out with a tip: sealed once for a code, a key and what was typed, so that a retry sends the same bytes.
import type { Identity } from "../../shared/sealedIdentity";
import { sealIdentity } from "../../shared/sealedIdentity";
import { toldInLine } from "../../shared/told";
import { freshIdentityKey, type Tip } from "../api";
import { onLeave } from "../leave";
import type { Draft } from "./draft";

let sealed: { of: string; envelope: Tip["identity"] } | null = null;

function identityOf(given: Draft): Identity | null {
  if (given.stay !== "sealed") return null;
  return {
    name: toldInLine(given.ownName),
    contacts: toldInLine(given.ownContacts),
    document: toldInLine(given.ownDocument),
  };
}

/** A dummy where the reporter stays anonymous; null where the office takes no identities yet. Throws ApiProblem. */
export async function envelopeFor(given: Draft, tokenHash: string): Promise<Tip["identity"]> {
  const { key } = await freshIdentityKey();
  if (!key) return null;
  const identity = identityOf(given);
  const of = JSON.stringify([key, tokenHash, identity]);
  if (sealed?.of !== of) sealed = { of, envelope: await sealIdentity(key, tokenHash, identity) };
  return sealed.envelope;
}

export function forgetEnvelope(): void {
  sealed = null;
}

onLeave(forgetEnvelope);
