// Whom a reporter asked to keep out is seen by whoever works on the lead, and where somebody is chosen to work on it.
import { VueQueryPlugin } from "@tanstack/vue-query";
import { afterEach, beforeAll, expect, test, vi } from "vitest";
import { createApp, h, nextTick, type App, type Component } from "vue";
import { startLanguage, withMessages } from "../../lib/i18n";
import { queryClient } from "../../lib/query/client";
import { queryKeys } from "../../lib/query/keys";
import type { Lead } from "../../lib/types";
import VerbDialog from "../../workflow/forms/VerbDialog.vue";
import { leadMatter } from "../matter";
import LeadExcluded from "./LeadExcluded.vue";

const lead = {
  id: "l1",
  number: "2026-000001",
  version: 1,
  pending: null,
  excluded: [],
  assisting: [],
  assignments: [],
  verifiers: [],
  merged_into: null,
  held_by: { agency: { id: "a1", name: "某局" }, officer: { id: "o1", name: "甲" } },
  actions: [
    { verb: "exclude", allowed: true, blocked_code: null, blocked_detail: null, confirm: false, place: "aside" },
  ],
  tips: [
    {
      asked_out: [
        { official: "欧副局长", officers: [] },
        { official: "王 伟", officers: [{ id: "o2", name: "王伟" }] },
      ],
    },
  ],
} as unknown as Lead;
let app: App | undefined;

beforeAll(async () => {
  queryClient.setQueryData(queryKeys.taxonomies, { version: 1, terms: {} });
  queryClient.setQueryData(queryKeys.lead("l1"), lead);
  queryClient.setQueryData(queryKeys.agencies, []);
  await startLanguage();
  await withMessages(["leads", "workflow"], () => Promise.resolve())();
});
afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
});

async function shown(component: Component, props: object): Promise<HTMLElement> {
  const root = document.createElement("div");
  const dialogs = document.createElement("div");
  dialogs.id = "dialogs";
  document.body.append(root, dialogs);
  app = createApp({ render: () => h(component, props) }).use(VueQueryPlugin, { queryClient });
  app.mount(root);
  await nextTick();
  await nextTick();
  return document.body;
}

test("the official is shown as written, with the account that was recognised, or the way to register one", async () => {
  const exclude = vi.fn();
  const root = await shown(LeadExcluded, { lead, onExclude: exclude });
  const rows = [...root.querySelectorAll("li")].map((row) => row.textContent);
  expect(rows[0]).toContain("欧副局长");
  expect(rows[0]).toContain("未匹配到账户");
  expect(rows[1]).toContain("已匹配并回避：王伟");
  root.querySelector<HTMLButtonElement>("li button")?.click();
  expect(exclude).toHaveBeenCalledWith("欧副局长");
});

test.each([
  ["dispatch", true],
  ["mark_complex", false],
])("the form of %s, where somebody is chosen or not: it warns %s", async (verb, warns) => {
  const root = await shown(VerbDialog, {
    matter: leadMatter(lead),
    verb,
    title: verb,
    offered: true,
    modelValue: true,
  });
  const banner = [...root.querySelectorAll(".banner.warn")].map((one) => one.textContent).join();
  expect(banner.includes("欧副局长")).toBe(warns);
  expect(banner).not.toContain("王 伟");
});
