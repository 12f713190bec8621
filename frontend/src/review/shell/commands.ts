// The one registry of keyboard commands: feeds the shortcuts and the help page.
import { onScopeDispose, reactive, ref } from "vue";
import type { MessageKey } from "./i18n";

export interface Command { keys: string[]; shown: string; text: MessageKey; run: () => void }
export const commands = reactive<Command[]>([]);

const STORED = "huiyin.review.single-keys";
/** Single keys can be switched off (WCAG 2.1.4): speech input users type by accident otherwise. */
export const singleKeys = ref(readSwitch());

function readSwitch(): boolean {
  try {
    return localStorage.getItem(STORED) !== "off";
  } catch {
    return true;
  }
}

export function switchSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(STORED, on ? "on" : "off");
  } catch {
    // Without storage the choice lasts as long as the page.
  }
}

/** Registers commands for as long as the calling component lives. */
export function useCommands(list: Command[]): void {
  commands.push(...list);
  onScopeDispose(() => {
    for (const command of list) {
      const at = commands.findIndex((one) => one.text === command.text);
      if (at >= 0) commands.splice(at, 1);
    }
  });
}

function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null;
}

/** Handles a key press anywhere on the page, unless the officer is typing or a dialog is open. */
export function onKey(event: KeyboardEvent): void {
  if (!singleKeys.value || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (typing(event.target) || document.querySelector(".el-overlay:not([style*='display: none']) [role='dialog']")) return;
  const command = [...commands].reverse().find((one) => one.keys.includes(event.key));
  if (!command) return;
  event.preventDefault();
  command.run();
}
