// Short notices that a thing was done; read out politely, kept until they have been seen.
import { reactive } from "vue";

export interface Toast { id: number; text: string; tone: "done" | "problem" }
export const toasts = reactive<Toast[]>([]);
let next = 1;

export function toast(text: string, tone: Toast["tone"] = "done"): void {
  // The newest "done" says enough; what went wrong stays until it is dismissed.
  for (const old of toasts.filter((one) => one.tone === "done")) dismiss(old.id);
  const id = next++;
  toasts.push({ id, text, tone });
  if (tone === "done") setTimeout(() => dismiss(id), 8000);
}

export function dismiss(id: number): void {
  const at = toasts.findIndex((one) => one.id === id);
  if (at >= 0) toasts.splice(at, 1);
}
