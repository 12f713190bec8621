// A public key as digits that two people compare by telephone.
import { fromBase64url } from "./sealedIdentity";

/** Eight groups of four digits that two people compare by telephone: was the key changed on its way? */
export async function fingerprint(publicKey: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", fromBase64url(publicKey)));
  const groups = Array.from(
    { length: 8 },
    (_, at) => (((digest[2 * at] ?? 0) << 8) | (digest[2 * at + 1] ?? 0)) % 10_000,
  );
  return groups.map((group) => String(group).padStart(4, "0")).join(" ");
}
