// The order of the buttons: what waits for this officer first, then the way forward, then the ways off it.
import type { Action } from "../lib/types";

function rank(action: Action, aside: readonly string[]): number {
  if (action.confirm) return 0;
  return aside.includes(action.verb) ? 2 : 1;
}

/** `aside`: verbs that leave the straight way; everything else leads on. The server's order is kept within each group. */
export function inOrder(actions: readonly Action[], aside: readonly string[]): Action[] {
  return [...actions].sort((one, other) => rank(one, aside) - rank(other, aside));
}
