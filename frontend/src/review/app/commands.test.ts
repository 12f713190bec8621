// The registry of commands: a key runs what is allowed, typing is left alone, the palette finds by words.
import { effectScope } from "vue";
import { afterEach, expect, test, vi } from "vitest";
import { commands, matching, onKey, paletteShown, switchSingleKeys, useCommands, type Command } from "./commands";

const scope = effectScope();
const run = vi.fn();
const list: Command[] = [
  { id: "acknowledge", text: "签收 Acknowledge", keys: ["e"], run },
  { id: "dispute", text: "提出异议 Dispute", run, blocked: "五个工作日的异议期已过" },
  { id: "next", text: "下一条", keys: ["j"], run, keyOnly: true },
];
scope.run(() => useCommands(() => list));

afterEach(() => {
  run.mockClear();
  paletteShown.value = false;
  switchSingleKeys(true);
});

function press(key: string, more: KeyboardEventInit = {}, target: HTMLElement = document.createElement("div")): void {
  document.body.append(target);
  target.addEventListener("keydown", onKey, { once: true });
  target.dispatchEvent(new KeyboardEvent("keydown", { key, cancelable: true, ...more }));
}

test("a key runs its command, unless somebody types or keys are switched off", () => {
  press("e");
  expect(run).toHaveBeenCalledTimes(1);
  press("e", {}, document.createElement("textarea"));
  switchSingleKeys(false);
  press("e");
  expect(run).toHaveBeenCalledTimes(1);
});

test("Ctrl+K opens the palette, also where somebody types", () => {
  press("k", { ctrlKey: true }, document.createElement("input"));
  expect(paletteShown.value).toBe(true);
});

test("the palette finds by any words, leaves out what is only a key, and puts what is blocked last", () => {
  expect(matching(list, "acknowledge 签").map((one) => one.id)).toEqual(["acknowledge"]);
  expect(matching([...list].reverse(), "").map((one) => one.id)).toEqual(["acknowledge", "dispute"]);
});

test("a verb comes before the view that has its name inside", () => {
  const both = [
    { id: "view", text: "视图：退查", run },
    { id: "send_back", text: "退查", run },
  ];
  expect(matching(both, "退查").map((one) => one.id)).toEqual(["send_back", "view"]);
});

test("commands go with the page that registered them", () => {
  const page = effectScope();
  page.run(() => useCommands([{ id: "gone", text: "gone", run }]));
  expect(commands.value.some((one) => one.id === "gone")).toBe(true);
  page.stop();
  expect(commands.value.some((one) => one.id === "gone")).toBe(false);
});
