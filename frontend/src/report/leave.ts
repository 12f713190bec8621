// "Leave this page": clears what was typed, hides the page at once and goes to a neutral site in its place.
import { ref } from "vue";

/** Where "leave this page" leads. */
export const NEUTRAL = "https://www.gov.cn/";
const clearers = new Set<() => void>();
const typed = new Set<() => boolean>();
let leaving = false;

/** Registers what is to be forgotten; the returned function takes it back. */
export function onLeave(clear: () => void): () => void {
  clearers.add(clear);
  return () => clearers.delete(clear);
}

/** Registers a question "would something be lost?" for the browser's warning; the returned function takes it back. */
export function warnWhile(something: () => boolean): () => void {
  typed.add(something);
  return () => typed.delete(something);
}

/** How many steps this visit has put into the tab's history. */
export function depth(): number {
  const state: unknown = history.state;
  return typeof state === "object" && state !== null && "depth" in state && typeof state.depth === "number"
    ? state.depth
    : 0;
}

/** Forgets everything, then leaves from the visit's first history entry, so that Back does not lead here again. */
export function leave(): void {
  leaving = true;
  for (const clear of clearers) clear();
  document.body.hidden = true;
  document.title = "";
  const go = (): void => location.replace(NEUTRAL);
  const back = depth();
  if (back === 0) return go();
  window.addEventListener("popstate", go, { once: true });
  setTimeout(go, 300);
  history.go(-back);
}

/** Presses of Esc still needed; null when none was pressed lately. */
export const escapesLeft = ref<number | null>(null);
let presses = 0;
let forget = 0;

function onKey(event: KeyboardEvent): void {
  // Esc also takes back what an input method is composing: that is no wish to leave.
  if (event.key !== "Escape" || event.repeat || event.isComposing) return;
  presses += 1;
  clearTimeout(forget);
  if (presses >= 3) return leave();
  escapesLeft.value = 3 - presses;
  forget = window.setTimeout(() => {
    presses = 0;
    escapesLeft.value = null;
  }, 2000);
}

function onUnload(event: BeforeUnloadEvent): void {
  if (leaving || ![...typed].some((something) => something())) return;
  event.preventDefault();
}

/** Listens for the whole life of the page. */
export function watchForLeaving(): void {
  window.addEventListener("keydown", onKey);
  window.addEventListener("beforeunload", onUnload);
  // A page that comes back from the back-forward cache would still hold what was typed before it was left.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && leaving) location.reload();
  });
}
