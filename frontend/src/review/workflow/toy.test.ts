// A kind of matter that nothing but this test knows has an action bar, forms, a second officer and a timeline.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { createApp, h, nextTick, ref, type App } from "vue";
import { startLanguage, withMessages } from "../lib/i18n";
import { queryClient } from "../lib/query/client";
import { queryKeys } from "../lib/query/keys";
import { toasts } from "../lib/toasts";
import ActionBar from "./ActionBar.vue";
import { formOf } from "./forms/form";
import type { Matter, Order } from "./matter";
import { register, type Kind } from "./registry";
import Timeline from "./Timeline.vue";

// The only thing that a real kind has and this one has not: its line in registry.ts.
const TOY = "toy" as Kind;
const NAMES: Readonly<Record<string, string>> = { wind: "上发条", scrap: "报废", boxed: "装盒", wound: "已上发条" };
const AT = "2026-11-02T08:00:00Z";
const ACTOR = { kind: "officer", name: "李测试", agency: { id: "a1", name: "测试市扫黑办" } };
const PAGES: Readonly<Record<string, string>> = {
  first: JSON.stringify({
    items: [
      {
        id: "e1",
        at: AT,
        event: "toy:wind",
        actor: ACTOR,
        from: "boxed",
        to: "wound",
        facts: { turns: 3 },
        input: { turns: 3, note: null },
      },
    ],
    next_cursor: "rest",
  }),
  rest: JSON.stringify({
    items: [
      {
        id: "e2",
        at: AT,
        event: "toy:ask_scrap",
        actor: ACTOR,
        from: "wound",
        to: "wound",
        facts: {},
        input: { note: "发条断了" },
      },
    ],
    next_cursor: null,
  }),
};

const action = (verb: string, more: Partial<Matter["actions"][number]> = {}): Matter["actions"][number] => ({
  verb,
  allowed: true,
  blocked_code: null,
  blocked_detail: null,
  confirm: false,
  place: "onward",
  ...more,
});
const WOUND: Matter = {
  kind: TOY,
  id: "t1",
  number: "T1",
  version: 2,
  actions: [action("wind"), action("scrap")],
  pending: null,
};
const ASKED: Matter = {
  ...WOUND,
  version: 3,
  actions: [action("scrap", { confirm: true }), action("wind")],
  pending: { verb: "scrap", input: { note: "发条断了" } },
};
const send = vi.fn<(order: Order) => Matter | null>();
const matter = ref<Matter>(WOUND);
let app: App | undefined;

register(TOY, {
  words: {
    on: "channels.on",
    done: "channels.done",
    changed: "channels.changed",
    noLonger: "channels.noLonger",
    gone: "channels.gone",
  },
  verbName: (verb) => NAMES[verb] ?? verb,
  stateName: (state) => NAMES[state] ?? state,
  // What the build makes of the API's description for a kind that is in it.
  formOf: (verb, confirmation) =>
    verb === "wind"
      ? { fields: [{ name: "turns", kind: "text", required: true }] }
      : formOf("toys", verb, confirmation),
  guesses: () => ({}),
  readTimeline: (_, cursor) => Promise.resolve(JSON.parse(PAGES[cursor ?? "first"]!)),
  useNames: () => ({ label: (_, code) => code, name: () => undefined }),
  pickers: {},
  undo: {},
  remedies: {},
  send: (_, order) => Promise.resolve(send(order)),
  sendMany: () => Promise.resolve([]),
});

beforeAll(async () => {
  queryClient.setQueryData(queryKeys.taxonomies, { kinds: {} });
  await startLanguage();
  await withMessages(["leads", "channels", "workflow"], () => Promise.resolve())();
});
afterEach(() => {
  app?.unmount();
  queryClient.removeQueries({ queryKey: queryKeys.timeline("t1") });
  send.mockReset();
  toasts.splice(0);
  document.body.replaceChildren();
});

async function shown(now: Matter): Promise<void> {
  matter.value = now;
  const root = document.createElement("div");
  const dialogs = document.createElement("div");
  dialogs.id = "dialogs";
  document.body.append(root, dialogs);
  app = createApp({
    render: () => [h(ActionBar, { matter: matter.value }), h(Timeline, { matter: matter.value, now: Date.parse(AT) })],
  });
  app.use(VueQueryPlugin, { queryClient }).mount(root);
  await settled();
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve));
    await nextTick();
  }
}
const texts = (selector: string): string[] =>
  [...document.querySelectorAll(selector)].map((one) => one.textContent?.replace(/\s+/g, " ").trim() ?? "");

async function press(text: string, within = "body"): Promise<void> {
  const button = [...document.querySelectorAll<HTMLButtonElement>(`${within} button`)].find(
    (one) => one.textContent?.trim() === text,
  );
  expect(button, text).toBeDefined();
  button!.click();
  await settled();
}

async function type(id: string, text: string): Promise<void> {
  const field = document.querySelector<HTMLTextAreaElement>(`#${id}`)!;
  field.value = text;
  field.dispatchEvent(new Event("input"));
  await nextTick();
}

async function submit(): Promise<void> {
  document.querySelector("#dialogs form")!.dispatchEvent(new Event("submit", { cancelable: true }));
  await settled();
}

test("its verbs are buttons in its own words, and what is blocked says why", async () => {
  await shown({ ...WOUND, actions: [action("wind"), action("scrap", { allowed: false, blocked_code: "permission" })] });
  expect(texts(".actions > .buttons > button")).toEqual(["上发条"]);
  expect(texts("details.blocked button[aria-disabled]")).toEqual(["报废"]);
  expect(texts("details.blocked li span")[0]).toMatch(/\S/);
});

test("its form says what is missing, then sends the verb at the version that was seen", async () => {
  send.mockReturnValue({ ...WOUND, version: 3 });
  await shown(WOUND);
  await press("上发条");
  await submit();
  expect(send).not.toHaveBeenCalled();
  expect(texts("#dialogs .error").length).toBeGreaterThan(0);
  await type("wind-turns", " 3 ");
  await submit();
  expect(send.mock.calls).toEqual([[{ matter: WOUND, verb: "wind", body: { turns: "3" } }]]);
});

test("the second officer sees what was asked for, and says a word on it", async () => {
  send.mockReturnValue({ ...WOUND, version: 4, actions: [] });
  await shown(ASKED);
  expect(texts(".actions > .buttons > button")).toEqual(["确认：报废", "上发条"]);
  await press("确认：报废");
  expect(texts("#dialogs .preview dd")).toEqual(["发条断了"]);
  document.querySelector<HTMLInputElement>("#dialogs input[type=radio][value=yes]")!.click();
  await submit();
  expect(send.mock.calls).toEqual([[{ matter: ASKED, verb: "scrap", word: "confirmation", body: { agreed: true } }]]);
});

test("whoever asks is told that it waits, and cannot confirm it", async () => {
  send.mockReturnValue(ASKED);
  await shown(WOUND);
  await press("报废");
  await type("scrap-note", "发条断了");
  await submit();
  expect(send.mock.calls).toEqual([[{ matter: WOUND, verb: "scrap", body: { note: "发条断了" } }]]);
  expect(toasts.at(-1)?.text).toBe("T1：已提出报废，等待另一名人员确认。");
  app?.unmount();
  document.body.replaceChildren();
  await shown({
    ...ASKED,
    actions: [action("wind"), action("scrap", { confirm: true, allowed: false, blocked_code: "own_request" })],
  });
  expect(texts(".actions > .buttons > button")).toEqual(["上发条"]);
  expect(texts("details.blocked button[aria-disabled]")).toEqual(["确认：报废"]);
});

test("a form whose verb went meanwhile says so", async () => {
  await shown(WOUND);
  await press("报废");
  expect(texts("#dialogs .banner.warn")).toEqual([]);
  matter.value = { ...WOUND, version: 9, actions: [] };
  await settled();
  expect(texts("#dialogs .banner.warn").length).toBe(1);
});

test("its timeline has its own states, who did it and what was given, a page at a time", async () => {
  await shown(WOUND);
  expect(texts("ol.timeline > li")).toHaveLength(1);
  expect(texts("ol.timeline .small")[0]).toMatch(/^装盒 →.*已上发条$/);
  expect(texts("ol.timeline .small")[1]).toContain("李测试 · 测试市扫黑办");
  await press("显示更多");
  expect(texts("ol.timeline b")).toEqual(["toy:wind", "toy:ask_scrap"]);
  expect(texts("ol.timeline dd")).toEqual(["3", "发条断了"]);
});
