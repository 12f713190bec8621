// What takes back what: for ten seconds after it was done, the way back is offered.
import { ref } from "vue";
import { t } from "../lib/i18n";
import { problemText } from "../lib/problems";
import { toast, type Undo } from "../lib/toasts";
import type { Lead } from "../lib/types";
import type { useMove } from "./queries";

interface Reversal { path: string; body: () => Record<string, unknown> }

export const REVERSALS: Readonly<Record<string, Reversal>> = {
  attach: { path: "unmerge", body: () => ({ reason: t("undo.reason") }) },
  pause: { path: "resume", body: () => ({ note: t("undo.reason") }) },
};

/** The way back from a verb or act, as the notice offers it; undefined where there is none. */
export function undoOf(done: string, after: Lead, move: ReturnType<typeof useMove>): Undo | undefined {
  const back = REVERSALS[done];
  if (!back) return undefined;
  const sent = ref(false);
  const run = async (): Promise<void> => {
    if (sent.value) return;
    sent.value = true;
    try {
      await move.mutateAsync({ lead: after, path: back.path, body: back.body(), versioned: true });
      toast(t("undo.done", { number: after.number }));
    } catch (error) {
      toast(problemText(error), "problem");
    }
  };
  return { text: t("undo.do"), run: () => void run() };
}
