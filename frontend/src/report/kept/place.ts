// Where a draft that the reporter asked to keep lies on this device, and when it is gone: its day is over, leaving, sent.
import { shallowRef, watch } from "vue";

import { receipt } from "../form/submission";
import { onLeave } from "../leave";

export const PLACE = "huiyin.draft";

/** As it is stored: text and answers are in the box, which opens with the passphrase alone. */
export interface Stored {
  suite: "d1";
  /** The last moment, in milliseconds since 1970; bound to the box. */
  until: number;
  salt: string;
  nonce: string;
  box: string;
}

/** What this page keeps up to date; null where nothing was asked for. */
export const keeping = shallowRef<{ key: CryptoKey; salt: string; until: number } | null>(null);

/** What lies there and is not over; throws nothing. */
export function stored(): Stored | null {
  try {
    const found = JSON.parse(localStorage.getItem(PLACE) ?? "null") as Stored | null;
    if (found && !(found.until > Date.now())) forgetKept();
    else return found;
  } catch {
    // storage is blocked, or was touched: as if nothing had been kept
  }
  return null;
}

/** Throws where the browser stores nothing. */
export function store(given: Stored): void {
  localStorage.setItem(PLACE, JSON.stringify(given));
}

export function forgetKept(): void {
  keeping.value = null;
  try {
    localStorage.removeItem(PLACE);
  } catch {
    // storage is blocked: nothing was kept
  }
}

if (!import.meta.env.SSR) stored();
onLeave(forgetKept);
watch(receipt, (sent) => sent && keeping.value && forgetKept(), { flush: "sync" });
