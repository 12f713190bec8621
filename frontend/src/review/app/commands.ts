// The one registry of commands: it feeds the palette, the shortcut keys, the help page and the buttons.
import { computed, onScopeDispose, ref, shallowReactive, toValue, type MaybeRefOrGetter } from "vue";

export interface Command {
  id: string;
  text: string;
  run: () => void;
  /** Keys that run it (as `KeyboardEvent.key`), and how they are shown. */
  keys?: string[];
  shown?: string;
  /** Why it cannot be used now: shown, not run. */
  blocked?: string;
  /** Too small a step for the palette: only a key. */
  keyOnly?: boolean;
}

const sources = shallowReactive<MaybeRefOrGetter<Command[]>[]>([]);
export const commands = computed(() => sources.flatMap((source) => toValue(source)));

const STORED = "huiyin.review.single-keys";
/** Single keys can be switched off (WCAG 2.1.4): speech input users type by accident otherwise. */
export const singleKeys = ref(readSwitch());
export const paletteShown = ref(false);

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

/** Registers commands for as long as the calling component lives; a getter keeps texts and what is allowed up to date. */
export function useCommands(source: MaybeRefOrGetter<Command[]>): void {
  sources.push(source);
  onScopeDispose(() => {
    const at = sources.indexOf(source);
    if (at >= 0) sources.splice(at, 1);
  });
}

function typing(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest("input:not([type='checkbox'], [type='radio']), textarea, select, [contenteditable]") !== null
  );
}

function dialogOpen(): boolean {
  return document.querySelector(".el-overlay:not([style*='display: none']) [role='dialog']") !== null;
}

/** Handles a key press anywhere on the page: Ctrl+K always, single keys unless the officer is typing or a dialog is open. */
export function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  if (event.ctrlKey || event.metaKey) {
    if (event.key.toLowerCase() !== "k" || dialogOpen()) return;
    event.preventDefault();
    paletteShown.value = true;
    return;
  }
  if (!singleKeys.value || typing(event.target) || dialogOpen()) return;
  const command = [...commands.value].reverse().find((one) => !one.blocked && one.keys?.includes(event.key));
  if (!command) return;
  event.preventDefault();
  command.run();
}

/** The commands that hold every typed word: the one that is called just that, then those that can be used, in the order of the registry. */
export function matching(all: readonly Command[], typed: string): Command[] {
  const words = typed.normalize("NFKC").toLowerCase().split(/\s+/).filter(Boolean);
  const found = all.filter((one) => !one.keyOnly && words.every((word) => one.text.toLowerCase().includes(word)));
  const whole = words.join(" ");
  const rank = (one: Command): number => (one.blocked ? 2 : one.text.toLowerCase() === whole ? 0 : 1);
  return found.sort((one, other) => rank(one) - rank(other));
}
