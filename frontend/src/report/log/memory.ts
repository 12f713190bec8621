// What this device remembers of the public log: only where its reader asked for it, and nothing of what was told.
import { shallowRef } from "vue";

/** The log's key, a signed checkpoint, and promises by the receipt's hash (base64url), as they were signed. */
export interface Kept {
  key: string;
  checkpoint?: string;
  promises: Record<string, string>;
}

const PLACE = "huiyin.log";

function stored(): Kept | null {
  try {
    return JSON.parse(localStorage.getItem(PLACE) ?? "null") as Kept | null;
  } catch {
    return null; // storage is blocked, or was touched: as if nothing had been kept
  }
}

export const kept = shallowRef<Kept | null>(stored());

/** Remembers; false where the browser stores nothing. */
export function remember(next: Kept): boolean {
  try {
    localStorage.setItem(PLACE, JSON.stringify(next));
    kept.value = next;
    return true;
  } catch {
    return false;
  }
}

export function forget(): void {
  localStorage.removeItem(PLACE);
  kept.value = null;
}
