// The body that leaves this device with a tip: as told, or where the reporter chose so, sealed with next to nothing beside it.
import type { Lookup } from "../../shared/receiptCode";
import type { Agency, Tip } from "../api";
import { loadSealed } from "../sealed/load";
import { type Draft, toTip } from "./draft";
import { envelopeFor } from "./sealing";

/** Throws ApiProblem, and what WebCrypto throws. `agencies` and `dayOnly` as for `toTip`. */
export async function outgoing(
  given: Draft,
  lookup: Pick<Lookup, "tokenHash" | "replyKey">,
  agencies: readonly Agency[],
  dayOnly: string,
): Promise<Pick<Tip, "sealed">> {
  const tip = toTip(given, lookup.tokenHash, agencies, dayOnly, await envelopeFor(given, lookup.tokenHash));
  return given.sealedTo ? (await loadSealed()).sealTip(tip, given, lookup) : tip;
}
