// The action bar shows what the server allows, in the kind's order, and says why the rest cannot be done.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, beforeAll, expect, test } from "vitest";
import { createApp, h, nextTick, ref, type App } from "vue";
import "../channels/matter";
import { commands } from "../app/commands";
import { startLanguage, withMessages } from "../lib/i18n";
import { queryClient } from "../lib/query/client";
import { queryKeys } from "../lib/query/keys";
import ActionBar from "./ActionBar.vue";
import type { Matter } from "./matter";

type Blocked = Matter["actions"][number]["blocked_code"];
const action = (verb: string, blocked_code: Blocked = null, confirm = false) => ({
  verb,
  allowed: blocked_code === null,
  blocked_code,
  blocked_detail: null,
  confirm,
  place: "onward" as const,
});
const matter = ref<Matter>({ kind: "channel", id: "c1", number: "热线 110", version: 1, actions: [], pending: null });
let app: App | undefined;

beforeAll(async () => {
  queryClient.setQueryData(queryKeys.taxonomies, { version: 1, terms: {} });
  await startLanguage();
  await withMessages(["leads", "channels", "workflow"], () => Promise.resolve())();
});
afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
});

async function shown(actions: Matter["actions"], inList = false): Promise<HTMLElement> {
  const root = document.createElement("div");
  document.body.append(root);
  matter.value = { ...matter.value, actions };
  app = createApp({ render: () => h(ActionBar, { matter: matter.value, inList }) }).use(VueQueryPlugin, {
    queryClient,
  });
  app.mount(root);
  await nextTick();
  return root;
}
const texts = (root: HTMLElement, selector: string): string[] =>
  [...root.querySelectorAll(selector)].map((one) => one.textContent?.trim() ?? "");

test("what is allowed is a button, the first one the main one; what is blocked is none", async () => {
  const root = await shown([action("publish"), action("withdraw"), action("suspend", "permission")]);
  expect(texts(root, ".actions > .buttons > button")).toEqual(["公布", "撤下"]);
  expect(texts(root, "button.primary")).toEqual(["公布"]);
  expect(texts(root, "details.blocked button[aria-disabled]")).toEqual(["暂停"]);
});

test("what waits for this officer's word is called a confirmation, in the place that the server gives it", async () => {
  const root = await shown([action("withdraw", null, true), action("publish")]);
  expect(texts(root, ".actions > .buttons > button")).toEqual(["确认：撤下", "公布"]);
});

test("a verb that goes from the server's list goes from the bar", async () => {
  const root = await shown([action("publish")]);
  matter.value = { ...matter.value, actions: [] };
  await nextTick();
  expect(texts(root, "button")).toEqual([]);
  expect(texts(root, ".hint")).toEqual(["当前没有可办理的事项。"]);
});

test("a page's own matter has the keys and the palette; one of many has neither, and its buttons say on what", async () => {
  await shown([action("publish")]);
  expect(commands.value.map(({ id }) => id)).toEqual(["verb:publish:false", "act"]);
  app?.unmount();
  const root = await shown([action("publish")], true);
  expect(commands.value).toEqual([]);
  expect(root.querySelector("button")?.getAttribute("aria-label")).toBe("公布 热线 110");
  expect(root.querySelector("button.primary")).toBeNull();
});
