// The order of the buttons: what waits for this officer first, then the way forward, then the ways off it.
import type { Action } from "../lib/types";

/** Verbs that leave the straight way of a lead; everything else leads on. Which of them are open is the server's word. */
const ASIDE = new Set(["attach", "transfer_out", "decline", "object", "extend", "send_back", "reopen"]);

function rank(action: Action): number {
  if (action.confirm) return 0;
  return ASIDE.has(action.verb) ? 2 : 1;
}

/** The server's order is kept within each group. */
export function inOrder(actions: readonly Action[]): Action[] {
  return [...actions].sort((one, other) => rank(one) - rank(other));
}
