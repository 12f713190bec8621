// Mends the popup of Element Plus' select for assistive technology: it is no tooltip, and the keyboard reaches what scrolls.
import { nextTick } from "vue";

/** For `@visible-change`. What scrolls must take the focus (WCAG 2.1.1), and a list is announced as a list (4.1.2). */
export async function reachable(open: boolean): Promise<void> {
  if (!open) return;
  await nextTick();
  for (const box of document.querySelectorAll<HTMLElement>(".el-select-dropdown__wrap")) {
    box.tabIndex = 0;
    box.closest("[role='tooltip']")?.removeAttribute("role");
  }
}
