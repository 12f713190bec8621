// Keeping a draft and taking it up again; while one is kept, what is typed goes into it by itself.
import { nextTick, ref, watch } from "vue";

import { draft } from "../form/draft";
import { close, keyOf, newSalt, open } from "./box";
import { answersFrom, contentOf } from "./content";
import { keeping, PLACE, store, stored } from "./place";

const DAY_MS = 24 * 60 * 60 * 1000;
const PAUSE_MS = 800;

/** When the draft was last written. */
export const keptAt = ref<Date | null>(null);
/** The browser would not store it, or has no room. */
export const failed = ref(false);

/** Another tab has written the one draft that there can be, or taken it away: this one writes no more until asked to. */
export const elsewhere = ref<"" | "written" | "gone">("");
// Fired in the other tabs alone, and only by a change (HTML, section 12.2.1).
addEventListener("storage", ({ key, newValue }) => {
  if (key === PLACE && keeping.value) elsewhere.value = newValue ? "written" : "gone";
});

/** From now on this tab keeps the draft, and the other one is told. */
export async function keepHere(): Promise<void> {
  elsewhere.value = "";
  await write();
}

async function write(): Promise<void> {
  const kept = keeping.value;
  if (!kept || elsewhere.value) return;
  try {
    const box = await close(kept.key, kept.salt, kept.until, contentOf(draft));
    if (keeping.value !== kept) return; // left, sent or deleted meanwhile
    store(box);
    failed.value = false;
    keptAt.value = new Date();
  } catch {
    failed.value = true;
  }
}

/** From now on, for so many days. Throws what WebCrypto throws (pages without https have none). */
export async function keep(passphrase: string, days: number): Promise<void> {
  const salt = newSalt();
  const key = await keyOf(passphrase, salt);
  keeping.value = { key, salt, until: Date.now() + days * DAY_MS };
  elsewhere.value = "";
  await write();
  if (failed.value) keeping.value = null;
}

/** False where there is none that this passphrase opens; which of the two is not said. */
export async function takeUp(passphrase: string): Promise<boolean> {
  const found = stored();
  // As slow without one, so that nobody learns by trying whether this device has been used.
  const key = await keyOf(passphrase, found?.salt ?? newSalt());
  const answers = found && answersFrom(await open(key, found));
  if (!answers) return false;
  Object.assign(draft, answers);
  keptAt.value = null;
  failed.value = false;
  elsewhere.value = "";
  await nextTick(); // what was just read need not be written
  keeping.value = { key, salt: found.salt, until: found.until };
  return true;
}

let soon = 0;
watch(draft, () => {
  clearTimeout(soon);
  if (keeping.value) soon = window.setTimeout(() => void write(), PAUSE_MS);
});
