// Answers begun but not sent, by lead and verb: kept in memory until they are sent, so that closing a form loses nothing.
import type { Answers } from "./form";

const drafts = new Map<string, Answers>();

export function draftOf(key: string): Answers | undefined {
  return drafts.get(key);
}
export function storeDraft(key: string, answers: Answers): void {
  drafts.set(key, answers);
}
export function dropDraft(key: string): void {
  drafts.delete(key);
}
