// For some seconds after a verb was done, what takes it back is offered.
import { ref } from "vue";
import { t } from "../lib/i18n";
import { problemText } from "../lib/problems";
import { toast, type Undo } from "../lib/toasts";
import type { Matter } from "./matter";
import { kindOf, type useVerb } from "./registry";

/** The way back from a verb, as the notice offers it; undefined where there is none. */
export function undoOf(done: string, after: Matter, send: ReturnType<typeof useVerb>): Undo | undefined {
  const back = kindOf(after.kind).undo[done];
  if (!back) return undefined;
  const sent = ref(false);
  const run = async (): Promise<void> => {
    if (sent.value) return;
    sent.value = true;
    try {
      await send.mutateAsync({ matter: after, verb: back.verb, body: back.body() });
      toast(t("undo.done", { number: after.number }));
    } catch (error) {
      toast(problemText(error), "problem");
    }
  };
  return { text: t("undo.do"), run: () => void run() };
}
