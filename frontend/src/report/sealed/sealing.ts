// Sealing a tip and its files on this device: sealed once for what was typed, so that a retry sends the same bytes.
import { ApiProblem } from "../../api/problem";
import { base64url, type Lookup } from "../../shared/receiptCode";
import { type AgencyKey, newReplyKey, sealPieces, sealToAgency, sealToBoth } from "../../shared/sealedTip";
import { loadFreshSealedKeys, loadSealedKeys, type Sealer, type Tip } from "../api";
import type { Draft } from "../form/draft";
import { onLeave } from "../leave";

export { loadSealedKeys };

interface Sealed {
  of: string;
  agency: AgencyKey;
  binding: string;
  tip: NonNullable<Tip["sealed"]>;
}

let last: Sealed | null = null;

export function forgetSealed(): void {
  last = null;
}
onLeave(forgetSealed);

const refused = (code: string): ApiProblem =>
  new ApiProblem("validation", 422, "", [{ pointer: "/sealed", code, detail: "" }]);

/** County or above: nothing finer goes out in clear. */
export function coarseRegion(given: Draft): string {
  return given.regions.filter(({ level }) => level !== "township").pop()?.code ?? "";
}

/** The day alone; the time of day, and whether it goes on, is sealed. */
function dayOf({ at }: Tip["occurred"]): string | null {
  return at && `${at.slice(0, 11)}00:00:00+08:00`;
}

/**
 * All that leaves in clear with a sealed tip: picked, so a field that is added to the form or the API stays out of it.
 * The server's list with every leaf: backend/huiyin/tips/reporting/sealed_rules.py; both are held to tests/vectors/sealed-clear.json.
 */
function inClear(tip: Tip, given: Draft) {
  const { receipt, identity } = tip;
  return {
    region_code: coarseRegion(given), // the region: finds the agency
    conduct: tip.conduct, // what the agencies above and the offices may know of it
    occurred: { at: dayOf(tip.occurred) }, // the day
    channel_id: tip.channel_id, // whose admission counts it
    receipt: { suite: receipt.suite, token_hash: receipt.token_hash }, // finds it again for who holds the code
    // An envelope of its own, to the identity desk.
    identity: identity && { suite: identity.suite, key_version: identity.key_version, envelope: identity.envelope },
  };
}

/** What is not picked must be sealed, or the agency would never learn of it: a new field of a tip is noticed here. */
type Told = Record<Exclude<keyof Tip, keyof ReturnType<typeof inClear> | "sealed"> | "occurred" | "region", unknown>;

/** What goes out instead of a tip in clear. Throws ApiProblem, and what WebCrypto throws. */
export async function sealTip(tip: Tip, given: Draft, { tokenHash, replyKey }: Pick<Lookup, "tokenHash" | "replyKey">) {
  const { items } = await loadFreshSealedKeys(coarseRegion(given));
  const agency = items.find((item) => item.agency.id === given.sealedTo?.id);
  if (!agency) throw refused("no_sealed_key");
  const told = {
    region: given.regions.map(({ name }) => name).join(""),
    sector: tip.sector,
    place: tip.place,
    title: tip.title,
    narrative: tip.narrative,
    occurred: tip.occurred,
    subjects: tip.subjects,
    exclusions: [
      ...given.hideFrom.map(({ name }) => name),
      ...tip.exclusions.flatMap(({ official }) => official ?? []),
    ],
  } satisfies Told;
  const key = { key_id: agency.id, public_key: agency.public_key };
  const of = JSON.stringify([key, tokenHash, told]);
  if (last?.of !== of) {
    const reply = await newReplyKey(replyKey);
    // The agency takes the reporter's key from inside the envelope, so that nobody on the way can put another in its place.
    const sealed = await sealToAgency(key, "tip", tokenHash, { ...told, reply: reply.public_key });
    last = { of, agency: key, binding: tokenHash, tip: { suite: "s1", ...sealed, reply } };
  }
  return { ...inClear(tip, given), sealed: last.tip };
}

/** Seals files of a tip: bytes in pieces under a key of their own, that key with the name in an envelope. */
export function sealerFor(agency: AgencyKey, reporter: string, binding: string): Sealer {
  return async (file, name) => {
    const key = crypto.getRandomValues(new Uint8Array(32));
    const told = { name: name.slice(0, 150), type: file.type.slice(0, 80), key: base64url(key) };
    const sealed = await sealToBoth(agency, reporter, "file", binding, told);
    return { file: await sealPieces(key, file), sealed: JSON.stringify(sealed) };
  };
}

/** For the tip that was just sent. */
export function sealerOfSent(): Sealer | null {
  return last && sealerFor(last.agency, last.tip.reply.public_key, last.binding);
}
