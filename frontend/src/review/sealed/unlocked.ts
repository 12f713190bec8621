// The agency's keys that were unlocked in this window: in memory only, forgotten after ten minutes.
import { shallowReactive } from "vue";
import { fromBase64url, privateKey } from "../../shared/sealedIdentity";
import type { Reader } from "../../shared/sealedTip";
import { type KeyPair, unwrap, type Wrapping } from "../identity/deskKey";

const LOCK_MS = 10 * 60_000;

/** Readers by the id of the key. */
export const unlocked = shallowReactive(new Map<string, Reader>());
let timer = 0;

export function lock(): void {
  clearTimeout(timer);
  unlocked.clear();
}

export async function keep(id: string, pair: KeyPair): Promise<void> {
  const own = await privateKey(pair.secret, fromBase64url(pair.publicKey));
  pair.secret.fill(0); // from here on WebCrypto has it, and does not give it out
  unlocked.set(id, { own, publicKey: pair.publicKey });
  clearTimeout(timer);
  timer = window.setTimeout(lock, LOCK_MS);
}

/** False where the passphrase is wrong. */
export async function unlock(
  key: { id: string; public_key: string; wrapping: Wrapping | null },
  passphrase: string,
): Promise<boolean> {
  const pair = key.wrapping && (await unwrap(key.public_key, key.wrapping, passphrase));
  if (!pair) return false;
  await keep(key.id, pair);
  return true;
}
