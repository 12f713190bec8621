// Each verb's form against the API's own description: every verb has one, and it sends what the verb takes.
import { beforeAll, describe, expect, test } from "vitest";
import forms from "virtual:verb-forms";
import openapi from "../../../../../docs/api/openapi.json";
import { verbForms, type OpenApi } from "../../../../scripts/verbForms";
import hinted from "../messages/en.json";
import { startLanguage, withMessages } from "../../lib/i18n";
import {
  asked,
  bodyOf,
  emptyAnswers,
  formOf,
  hintOf,
  missing,
  type Answer,
  type Answers,
  type VerbField,
  type VerbSpec,
} from "./form";

interface Schema {
  properties: Record<string, unknown>;
  required?: string[];
  additionalProperties?: boolean;
}
interface Operation {
  tags: string[];
  requestBody?: { content: { "application/json": { schema: { $ref: string } } } };
}

const paths = openapi.paths as unknown as Record<string, { post?: Operation }>;
const schemas = openapi.components.schemas as unknown as Record<string, Schema>;
const verbs = Object.keys(paths)
  .filter((path) => paths[path]?.post?.tags.includes("verbs"))
  .flatMap((path) => {
    const [, plural, verb] = /^\/api\/v1\/([a-z-]+)\/\{[a-z_]+\}\/([a-z_]+)$/.exec(path) ?? [];
    return plural && verb ? [{ path, plural, verb }] : [];
  })
  .filter(({ plural, verb }) => `${plural} ${verb}` !== "channels change"); // channels/ChannelDialog.vue
const form = (verb: string, confirmation = false): VerbSpec => formOf("leads", verb, confirmation);

function taken(path: string): Schema {
  const name = paths[path]?.post?.requestBody?.content["application/json"].schema.$ref.split("/").pop() ?? "";
  return schemas[name]!;
}

function answerTo(field: VerbField): Answer {
  switch (field.kind) {
    case "flag":
    case "declare":
      return true;
    case "yesno":
      return "yes";
    case "day":
      return "2027-01-10";
    case "agencies":
    case "tips":
    case "subjects":
    case "lines":
      return ["one", " "];
    case "verifiers":
      return ["a", "b"];
    default:
      return " text ";
  }
}

function answered(spec: VerbSpec): Answers {
  return Object.fromEntries(spec.fields.map((field) => [field.name, answerTo(field)]));
}

beforeAll(async () => {
  await startLanguage();
  await withMessages(["leads", "workflow"], () => Promise.resolve())();
});

function holds(path: string, spec: VerbSpec): void {
  const schema = taken(path);

  test("asks for every field that the API takes, and no other", () => {
    const fields = spec.fields.filter((field) => !field.local).map((field) => field.name);
    // What is sealed is written beside the sealed tip (sealed/SealedDialogue.vue).
    expect(new Set(fields)).toEqual(new Set(Object.keys(schema.properties).filter((name) => name !== "sealed")));
  });

  test("requires what the API requires", () => {
    const required = spec.fields
      .filter((field) => field.required && !field.local && !field.when)
      .map((field) => field.name);
    expect(required).toEqual(expect.arrayContaining(schema.required ?? []));
  });

  test("sends every required field, and nothing when nothing is required", () => {
    expect(Object.keys(bodyOf(spec, answered(spec)))).toEqual(expect.arrayContaining(schema.required ?? []));
    expect(missing(spec, answered(spec))).toEqual({});
    if ((schema.required ?? []).length > 0) expect(missing(spec, emptyAnswers(spec))).not.toEqual({});
  });
}

describe.each(verbs)("$plural $verb", ({ path, plural, verb }) => {
  test("has a form of its own", () => expect(Object.keys(forms[plural]!)).toContain(verb));
  holds(path, formOf(plural, verb, false));
});

test("every hint and warning belongs to a verb and a field that there is", () => {
  const fields = Object.entries(forms["leads"]!).flatMap(([verb, { fields: its }]) =>
    its.map((field) => ({ verb, field })),
  );
  expect(fields.filter(({ verb, field }) => hintOf(verb, field)).length).toBe(Object.keys(hinted.hints).length);
  const words = Object.keys(forms["leads"]!).flatMap((verb) => [verb, `${verb}_confirmation`]);
  expect([...words, "second"]).toEqual(expect.arrayContaining(Object.keys(hinted.warnings)));
});

test("the build stops at a field that it does not know how to ask for", () => {
  const schema = { properties: { where: { type: "object" } } };
  const post = { tags: ["verbs"], requestBody: { content: { "application/json": { schema } } } };
  const api: OpenApi = { paths: { "/api/v1/toys/{toy_id}/wind": { post } }, components: { schemas: {} } };
  expect(() => verbForms(api)).toThrow("wind.where");
});

test("the second officer's word is what the API takes", () => {
  const schema = taken("/api/v1/leads/{lead_id}/decline/confirmation");
  const spec = form("decline", true);
  expect(new Set(spec.fields.map((field) => field.name))).toEqual(new Set(Object.keys(schema.properties)));
  expect(bodyOf(spec, { agreed: "no", note: "" })).toEqual({ agreed: false });
});

test("who asks for a second officer's word is told that it waits for it, and the second verifier what stepping aside ends", () => {
  expect(form("extend").warning).toBe("warnings.second");
  expect(form("extend", true).warning).toBeUndefined();
  expect(form("start_verification", true).warning).toBe("warnings.start_verification_confirmation");
  expect(form("register").warning).toBeUndefined();
});

test("feedback is either a text or a reason for none, never both", () => {
  const spec = form("give_feedback");
  const answers = { way: "yes", text: " 已查实。 ", skip_reason: "would_harm" };
  expect(bodyOf(spec, answers)).toEqual({ text: "已查实。" });
  expect(bodyOf(spec, { ...answers, way: "no" })).toEqual({ skip_reason: "would_harm" });
  expect(asked(spec, { way: "" }).map((field) => field.name)).toEqual(["way"]);
});

test("texts are trimmed, empty lines and empty optional fields left out, days end at midnight in China", () => {
  expect(bodyOf(form("close"), { document_numbers: [" A1 ", ""], note: " " })).toEqual({ document_numbers: ["A1"] });
  expect(bodyOf(form("extend"), { due_at: "2027-01-10", reason: "x" })).toEqual({
    due_at: "2027-01-10T23:59:59+08:00",
    reason: "x",
  });
});

test("one officer cannot be both verifiers", () => {
  const spec = form("start_verification");
  expect(Object.keys(missing(spec, { verifier_ids: ["a", "a"], no_conflict: true }))).toEqual(["verifier_ids"]);
  expect(missing(spec, { verifier_ids: ["a", "b"], no_conflict: true })).toEqual({});
});
