// What a form decides: when it sends, where a refusal stands, what is left of what was typed.
import { beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ApiProblem } from "../../api/problem";
import { startLanguage } from "../lib/i18n";
import { filled, useForm } from "./useForm";

const send = vi.fn<(fields: { name: string; note: string }) => Promise<void>>();
const wrong = vi.fn();
const form = () => useForm({ id: "thing", fields: { name: "", note: "" }, name: (field) => field.toUpperCase(), missing: ({ name }) => ({ name: filled(name) }), send, wrong });
const refusal = (pointer?: string) =>
  new ApiProblem("invalid", 422, "", pointer ? [{ pointer, code: "missing", detail: "" }] : []);

beforeAll(() => startLanguage());
beforeEach(() => {
  send.mockReset().mockResolvedValue();
  wrong.mockReset();
});

test("what is plainly missing is said at its field and above, and nothing is sent", async () => {
  const { submit, errors, lines, general } = form();
  expect(await submit()).toBe(false);
  expect(send).not.toHaveBeenCalled();
  expect(Object.keys(errors.value)).toEqual(["name"]);
  expect(lines.value[0]?.id).toBe("thing-name");
  expect(lines.value[0]?.text).toMatch(/^NAME/);
  expect(general.value).toBe("");
  expect(wrong).toHaveBeenCalledOnce();
});

test("two presses send once, and what was sent is no longer unsaved", async () => {
  let arrive = (): void => {};
  send.mockReturnValue(new Promise((resolve) => (arrive = resolve)));
  const { fields, submit, busy, dirty } = form();
  fields.name = "x";
  expect(dirty.value).toBe(true);
  const first = submit();
  expect(busy.value).toBe(true);
  expect(await submit()).toBe(false);
  arrive();
  expect(await first).toBe(true);
  expect(send).toHaveBeenCalledOnce();
  expect([busy.value, dirty.value]).toEqual([false, false]);
});

test("a refusal stands at the field of its pointer, or above the form where it names none; what was typed stays", async () => {
  const { fields, submit, errors, general } = form();
  fields.name = "x";
  send.mockRejectedValueOnce(refusal("/note"));
  await submit();
  expect([Object.keys(errors.value), general.value]).toEqual([["note"], ""]);
  send.mockRejectedValueOnce(refusal());
  await submit();
  expect(errors.value).toEqual({});
  expect(general.value).not.toBe("");
  expect(fields.name).toBe("x");
});

test("a form that is begun anew has nothing of the last one", async () => {
  const { fields, submit, errors, reset, dirty } = form();
  fields.note = "n";
  await submit();
  reset({ name: "y" });
  expect([fields, errors.value, dirty.value]).toEqual([{ name: "y", note: "" }, {}, false]);
});
