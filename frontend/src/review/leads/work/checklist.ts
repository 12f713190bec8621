// What of a checklist was changed on the page and is to be sent.
import type { Checklist, Tick } from "../../lib/types";

export type Draft = Record<string, { done: boolean; note: string }>;

/** Items whose tick or note differs from what the server has; an item that the list no longer has is left out. */
export function changesOf(items: Checklist["items"], draft: Draft): Tick[] {
  return items.flatMap((item) => {
    const said = draft[item.code];
    if (!said) return [];
    const note = said.note.trim();
    return said.done === item.done && note === (item.note ?? "")
      ? []
      : [{ code: item.code, done: said.done, note: note || null }];
  });
}
