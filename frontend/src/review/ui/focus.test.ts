// The focus when its control goes: it stays in the part of the page, and nobody else's focus is taken.
import { afterEach, expect, test } from "vitest";
import { createApp, defineComponent, h, nextTick, ref, withDirectives } from "vue";
import { focusWrong, vKeepsFocus } from "./focus";

const there = ref(true);
const Part = defineComponent({
  setup: () => () =>
    withDirectives(
      h(
        "section",
        { id: "part", tabindex: -1 },
        (there.value ? ["act", "other"] : ["other"]).map((id) => h("button", { id, key: id })),
      ),
      [[vKeepsFocus]],
    ),
});
const at = (id: string): HTMLElement => document.getElementById(id)!;

afterEach(() => {
  document.body.replaceChildren();
  there.value = true;
});

function shown(): void {
  const root = document.createElement("div");
  const outside = document.createElement("button");
  outside.id = "outside";
  document.body.append(root, outside);
  createApp(Part).mount(root);
}

test("a button that goes while it has the focus leaves it to its part", async () => {
  shown();
  at("act").focus();
  there.value = false;
  await nextTick();
  expect(document.activeElement?.id).toBe("part");
});

test.each(["other", "outside"])("a button that goes takes no focus from elsewhere (%s)", async (id) => {
  shown();
  at(id).focus();
  there.value = false;
  await nextTick();
  expect(document.activeElement?.id).toBe(id);
});

test("the first wrong field is focused, and of several controls the first", async () => {
  document.body.innerHTML = `<form><div class="field"><input id="right"></div>
    <fieldset class="field wrong"><input id="one" type="checkbox"><input id="two" type="checkbox"></fieldset></form>`;
  await focusWrong(document.querySelector("form"));
  expect(document.activeElement?.id).toBe("one");
});
