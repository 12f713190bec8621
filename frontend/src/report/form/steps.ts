// Which page of the form is open: the step stands in the address's hash, so Back and Forward work; no answer does.
import { computed, shallowRef } from "vue";

import { depth } from "../leave";
import { draft } from "./draft";
import { faultsOf, QUESTIONS, type Question } from "./faults";

export type Step = "start" | Question | "check" | "sent";

const ORDER: readonly Step[] = ["start", ...QUESTIONS, "check"];

export const step = shallowRef<Step>("start");

/** True where the page was opened by a "Change" link: Continue then leads back to the answers. */
export const changing = shallowRef(false);

/** Set while a sent report waits to be acknowledged: every address then shows its receipt. */
export const sent = shallowRef(false);

/** The earliest page that still lacks an answer, at or before the wanted one. */
export function allowed(wanted: Step, isDone: (question: Question) => boolean): Step {
  const before = QUESTIONS.slice(
    0,
    wanted === "check" ? QUESTIONS.length : Math.max(0, QUESTIONS.indexOf(wanted as Question)),
  );
  return before.find((question) => !isDone(question)) ?? wanted;
}

const isDone = (question: Question): boolean => faultsOf(question, draft).length === 0;

function stepInAddress(): Step {
  const hash = location.hash.slice(1);
  return ORDER.find((known) => known === hash) ?? "start";
}

function address(of: Step): string {
  return location.pathname + location.search + (of === "start" ? "" : `#${of}`);
}

function isChange(state: unknown): boolean {
  return typeof state === "object" && state !== null && "change" in state && state.change === true;
}

function show(next: Step, change: boolean): void {
  step.value = sent.value ? "sent" : next;
  changing.value = change;
}

/** Opens a page as a new entry of the tab's history. */
export function go(next: Step, change = false): void {
  history.pushState({ depth: depth() + 1, change }, "", address(next));
  show(next, change);
}

/** Opens the first page that lacks an answer, with those before it behind "Back": answers came from a kept draft. */
export function resume(): void {
  const next = ORDER.indexOf(allowed("check", isDone));
  for (const one of ORDER.slice(1, next + 1)) go(one);
}

/** Opens a page in place of the present one. */
export function replace(next: Step): void {
  history.replaceState({ depth: depth() }, "", address(next));
  show(next, false);
}

export function goOn(): void {
  if (changing.value) return go("check");
  go(ORDER[ORDER.indexOf(step.value) + 1] ?? "check");
}

/** The page before this one, as an address-independent place: also where there is no history (a fresh tab). */
export function goBack(): void {
  if (depth() > 0) return history.back();
  replace(ORDER[Math.max(0, ORDER.indexOf(step.value) - 1)] ?? "start");
}

function follow(): void {
  const wanted = stepInAddress();
  const next = allowed(wanted, isDone);
  if (sent.value || next === wanted) return show(wanted, isChange(history.state));
  // Reloaded in the middle, or a bookmark: the answers are gone, so the beginning is the honest place.
  replace(next === "kind" ? "start" : next);
}

/** Opens the page that the address names and follows Back and Forward; the returned function stops it. */
export function watchSteps(): () => void {
  window.addEventListener("popstate", follow);
  follow();
  return () => window.removeEventListener("popstate", follow);
}

/** "Step 2 of 7"; null outside the questions. */
export const position = computed(() => {
  const place = ORDER.indexOf(step.value);
  return place < 1 ? null : { step: place, total: ORDER.length - 1 };
});
