// Where the keyboard goes on: to the part of the page whose control went away, and to the first field that is wrong.
import { nextTick, type ObjectDirective } from "vue";

const held = new WeakSet<Element>();

/** On a part of a page that can take the focus (tabindex -1): a control that goes while it has the focus leaves it to the part. */
export const vKeepsFocus: ObjectDirective<HTMLElement> = {
  beforeUpdate: (part) => void (part.contains(document.activeElement) ? held.add(part) : held.delete(part)),
  updated: (part) => {
    if (held.has(part) && document.activeElement === document.body) part.focus({ preventScroll: true });
  },
};

/** Once the form shows what is wrong: its first field of which something is. */
export async function focusWrong(form: ParentNode | null): Promise<void> {
  await nextTick();
  const field = form?.querySelector<HTMLElement>(".field.wrong");
  (field?.querySelector<HTMLElement>("input, select, textarea") ?? field)?.focus();
}
