// What was typed and not sent, by matter and form: kept in this page's memory until it is sent, so that closing a form or
// opening another lead loses nothing. A reload would lose it, and warns.
const drafts = new Map<string, string>();

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

export function draftOf<T>(key: string): T | undefined {
  const kept = drafts.get(key);
  return kept === undefined ? undefined : (JSON.parse(kept) as T);
}

/** Keeps what differs from the form as it was at first; what is as it was is forgotten. */
export function storeDraft(key: string, fields: object, first: string): void {
  const now = JSON.stringify(fields);
  if (now === first) dropDraft(key);
  else {
    drafts.set(key, now);
    addEventListener("beforeunload", warn);
  }
}

/** Whether something was typed that nobody has got. */
export const unsent = (): boolean => drafts.size > 0;

export function dropDraft(key: string): void {
  drafts.delete(key);
  if (drafts.size === 0) removeEventListener("beforeunload", warn);
}

/** Another officer sits here now: nothing of what was typed is theirs. */
export function forgetDrafts(): void {
  drafts.clear();
  removeEventListener("beforeunload", warn);
}
