// Short notices that a thing was done; read out politely, kept until they have been seen.
import { reactive } from "vue";

export interface Undo {
  text: string;
  run: () => void;
}
export interface Toast {
  id: number;
  text: string;
  tone: "done" | "problem";
  undo?: Undo | undefined;
}
export const toasts = reactive<Toast[]>([]);
let next = 1;

/** `undo` is offered for ten seconds. */
export function toast(text: string, tone: Toast["tone"] = "done", undo?: Undo): void {
  // The newest "done" says enough; what went wrong stays until it is dismissed.
  for (const old of toasts.filter((one) => one.tone === "done")) dismiss(old.id);
  const id = next++;
  toasts.push({ id, text, tone, undo });
  if (tone === "done") setTimeout(() => dismiss(id), undo ? 10_000 : 8000);
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) toasts.splice(at, 1);
}
