// Element Plus scrolls a select's list inside a box that the keyboard cannot reach (WCAG 2.1.1); this lets it.
import { nextTick } from "vue";

/** For `@visible-change`: what scrolls can take the focus. */
export async function reachable(open: boolean): Promise<void> {
  if (!open) return;
  await nextTick();
  for (const box of document.querySelectorAll<HTMLElement>(".el-select-dropdown__wrap")) box.tabIndex = 0;
}
