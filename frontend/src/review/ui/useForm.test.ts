// What a form decides: when it sends, where a refusal stands, where the focus goes, what is left of what was typed.
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { createApp, effectScope, h, ref, type App } from "vue";
import { ApiProblem } from "../../api/problem";
import { forgetDrafts } from "../lib/drafts";
import { startLanguage } from "../lib/i18n";
import { toasts } from "../lib/toasts";
import ErrorSummary from "./ErrorSummary.vue";
import FormField from "./FormField.vue";
import { allAt, aloud, filled, useForm, WrongField, type Form, type FormSpec } from "./useForm";

interface Fields {
  name: string;
  note: string;
}
const send = vi.fn<(fields: Fields) => Promise<void>>();
const refusal = (pointer?: string) =>
  new ApiProblem("validation", 422, "", pointer ? [{ pointer, code: "missing", detail: "" }] : []);
let app: App | undefined;

/** A form on a page, with a summary or without; `note` stands before `name`. */
function shown(summary: boolean, more: Partial<FormSpec<Fields>> = {}): Form<Fields> {
  const form = useForm<Fields>({
    id: "thing",
    fields: { name: "", note: "" },
    name: (field) => field.toUpperCase(),
    missing: ({ name }) => ({ name: filled(name) }),
    send,
    ...more,
  });
  const field = (name: string) =>
    h(
      FormField,
      { id: `thing-${name}`, label: name, error: form.errors.value[name] ?? "" },
      { default: ({ bind }: { bind: object }) => h("input", bind) },
    );
  const root = document.createElement("div");
  document.body.append(root);
  app = createApp({
    render: () =>
      h("form", [
        summary ? h(ErrorSummary, { general: form.general.value, lines: form.lines.value }) : null,
        field("note"),
        field("name"),
      ]),
  });
  app.mount(root);
  return form;
}
const focused = (): string | undefined => document.activeElement?.id || document.activeElement?.className;

beforeAll(() => startLanguage());
beforeEach(() => void send.mockReset().mockResolvedValue());
afterEach(() => {
  app?.unmount();
  document.body.replaceChildren();
  toasts.splice(0);
});

test("what is plainly missing is said at its field and above, and nothing is sent", async () => {
  const { submit, errors, lines, general } = shown(true);
  expect(await submit()).toBe(false);
  expect(send).not.toHaveBeenCalled();
  expect(Object.keys(errors.value)).toEqual(["name"]);
  expect(lines.value[0]?.id).toBe("thing-name");
  expect(lines.value[0]?.text).toMatch(/^NAME/);
  expect(general.value).toBe("");
});

test("the focus goes to the summary, and without one to the first field on the page of which something is wrong", async () => {
  await shown(true).submit();
  await vi.waitFor(() => expect(focused()).toBe("summary"));
  app?.unmount();
  await shown(false, { missing: () => ({ name: "wrong", note: "wrong" }) }).submit();
  expect(focused()).toBe("thing-note");
});

test("two presses send once", async () => {
  let arrive = (): void => {};
  send.mockReturnValue(new Promise((resolve) => (arrive = resolve)));
  const { fields, submit, busy } = shown(true);
  fields.name = "x";
  const first = submit();
  expect(busy.value).toBe(true);
  expect(await submit()).toBe(false);
  arrive();
  expect(await first).toBe(true);
  expect(send).toHaveBeenCalledOnce();
  expect(busy.value).toBe(false);
});

test("a refusal stands at the field of its pointer, or above the form where it names none; what was typed stays", async () => {
  const { fields, submit, errors, general } = shown(true);
  fields.name = "x";
  send.mockRejectedValueOnce(refusal("/note"));
  await submit();
  expect([Object.keys(errors.value), general.value]).toEqual([["note"], ""]);
  send.mockRejectedValueOnce(refusal());
  await submit();
  expect(errors.value).toEqual({});
  expect(general.value).not.toBe("");
  expect(fields.name).toBe("x");
  expect(await submit()).toBe(true);
  expect(general.value).toBe("");
});

test("a refusal of a field that is not on the page is said all the same", async () => {
  const { fields, submit } = shown(false, { said: aloud() });
  fields.name = "x";
  send.mockRejectedValueOnce(refusal("/elsewhere"));
  await submit();
  expect(toasts.map(({ tone }) => tone)).toEqual(["problem"]);
});

test("what the browser finds wrong on the way stands at its field, and so does all that is refused of the only one", async () => {
  const { fields, submit, errors } = shown(false, { faults: allAt("name", () => "refused") });
  fields.name = "x";
  send.mockRejectedValueOnce(new WrongField({ name: "opens nothing" }));
  await submit();
  expect(errors.value).toEqual({ name: "opens nothing" });
  expect(focused()).toBe("thing-name");
  send.mockRejectedValueOnce(refusal());
  await submit();
  expect(errors.value).toEqual({ name: "refused" });
});

test("a form that is begun anew has nothing of the last one", async () => {
  const { fields, submit, errors, reset } = shown(true);
  fields.note = "n";
  await submit();
  reset({ name: "y" });
  expect([fields, errors.value]).toEqual([{ name: "y", note: "" }, {}]);
});

/** A form about whatever is looked at, as a page has it that shows one lead after the other. */
function about(lead: { value: string }): { form: Form<Fields>; close: () => void } {
  const scope = effectScope();
  const form = scope.run(() =>
    useForm<Fields>({ id: "thing", about: () => lead.value, fields: { name: "", note: "" }, send }),
  )!;
  return { form, close: () => scope.stop() };
}
const leaves = (): boolean => dispatchEvent(new Event("beforeunload", { cancelable: true }));

test("what was typed stays with its lead, goes to no other, and is there again", () => {
  const lead = ref("one");
  const { form, close } = about(lead);
  form.fields.name = "for one";
  lead.value = "two";
  expect(form.fields.name).toBe("");
  form.fields.name = "for two";
  lead.value = "one";
  expect(form.fields.name).toBe("for one");
  close(); // the form was closed, the page left
  const again = about(lead);
  expect(again.form.fields.name).toBe("for one");
  lead.value = "two";
  expect(again.form.fields.name).toBe("for two");
  again.close();
  forgetDrafts();
});

test("a reload that would lose it warns, and only then", async () => {
  const lead = ref("one");
  const { form, close } = about(lead);
  expect(leaves()).toBe(true);
  form.fields.name = "typed";
  expect(leaves()).toBe(false);
  form.fields.name = "";
  expect(leaves()).toBe(true);
  form.fields.name = "sent";
  send.mockResolvedValueOnce();
  expect(await form.submit()).toBe(true);
  expect(leaves()).toBe(true);
  lead.value = "two";
  lead.value = "one";
  expect(form.fields.name).toBe("");
  close();
});

test("what was typed by one officer is not there for the next", () => {
  const lead = ref("one");
  const first = about(lead);
  first.form.fields.name = "secret";
  first.close();
  forgetDrafts();
  const second = about(lead);
  expect(second.form.fields.name).toBe("");
  second.close();
});
