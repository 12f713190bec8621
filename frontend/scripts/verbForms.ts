// The forms of verbs, from what the API's description says that each verb takes: the module "virtual:verb-forms".
// What a type alone cannot tell, the description marks: `x-picks` (what an id is chosen from), `x-codes` (the taxonomy
// of a code), `x-told` (the reporter will read it), `x-form` (false: asked elsewhere), `x-when` (asked only while another
// field has a value), `x-either` (a question that decides which of two fields is asked). See backend/huiyin/kit/web/forms.py.
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";
import type { FieldKind, VerbField } from "../src/review/workflow/forms/form";

interface Schema {
  type?: string;
  format?: string;
  enum?: string[];
  const?: unknown;
  title?: string;
  maxLength?: number;
  items?: Schema;
  anyOf?: Schema[];
  $ref?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  "x-picks"?: FieldKind;
  "x-codes"?: string;
  "x-told"?: boolean;
  "x-form"?: boolean;
  "x-when"?: { name: string; is: string };
  "x-either"?: { question: string; yes: string; no: string };
}
interface Operation {
  tags?: string[];
  requestBody?: { content: { "application/json": { schema: Schema } } };
}
export interface OpenApi {
  paths: Record<string, { post?: Operation }>;
  components: { schemas: Record<string, Schema> };
}
/** What one verb asks; `second`: whose word it waits for, with a reason or without. */
export interface VerbForm {
  fields: VerbField[];
  second?: "plain" | "reasoned";
}
/** Collection of the API (leads, channels …), verb, form. */
export type VerbForms = Record<string, Record<string, VerbForm>>;

const VERB = /^\/api\/v1\/([a-z-]+)\/\{[a-z_]+\}\/([a-z_]+)$/;
/** Longer texts are written in more than one line. */
const ONE_LINE = 300;

export function verbForms(api: OpenApi): VerbForms {
  const forms: VerbForms = {};
  for (const [path, { post }] of Object.entries(api.paths)) {
    const [, plural, verb] = VERB.exec(path) ?? [];
    if (!plural || !verb || !post?.tags?.includes("verbs")) continue;
    const body = resolved(api, post.requestBody?.content["application/json"].schema ?? {});
    if (body["x-form"] === false) continue;
    const form: VerbForm = { fields: fieldsOf(api, verb, body) };
    const second = api.paths[`${path}/confirmation`]?.post?.requestBody?.content["application/json"].schema;
    if (second) form.second = resolved(api, second).required?.includes("note") ? "reasoned" : "plain";
    (forms[plural] ??= {})[verb] = form;
  }
  return forms;
}

function fieldsOf(api: OpenApi, verb: string, body: Schema): VerbField[] {
  const either = body["x-either"];
  const fields = Object.entries(body.properties ?? {}).flatMap(([name, property]): VerbField[] => {
    if (property["x-form"] === false) return [];
    const required = body.required?.includes(name) ?? false;
    const field: VerbField = { name, required, ...controlOf(api, `${verb}.${name}`, property, required) };
    if (property["x-when"]) Object.assign(field, { required: true, when: property["x-when"] });
    // Left out, what is told is sealed instead, and that is written elsewhere.
    if (property["x-told"]) Object.assign(field, { told: true, required: true });
    // Either may be left out of the body, but whichever is asked is answered.
    if (either?.yes === name || either?.no === name)
      Object.assign(field, { required: true, when: { name: either.question, is: either.yes === name ? "yes" : "no" } });
    return [field];
  });
  if (either) fields.unshift({ name: either.question, kind: "yesno", required: true, local: true });
  // A note comes last, wherever it is declared.
  return fields.sort((one, other) => Number(one.name === "note") - Number(other.name === "note"));
}

function controlOf(
  api: OpenApi,
  where: string,
  property: Schema,
  required: boolean,
): Pick<VerbField, "kind" | "codes"> {
  const schema = resolved(api, property);
  const picks = property["x-picks"];
  const codes = property["x-codes"] ?? (schema.enum && snake(schema.title ?? ""));
  if (picks) return { kind: picks };
  if (codes) return { kind: "code", codes };
  if (schema.type === "boolean") return { kind: schema.const === true ? "declare" : required ? "yesno" : "flag" };
  if (schema.type === "string" && schema.format === "date-time") return { kind: "day" };
  if (schema.type === "string" && !schema.format && schema.maxLength)
    return { kind: schema.maxLength > ONE_LINE ? "area" : "text" };
  if (schema.type === "array" && schema.items?.type === "string" && !schema.items.format) return { kind: "lines" };
  throw new Error(
    `No form can be made of ${where} in openapi.json: say how it is asked (backend/huiyin/workflow/inputs.py)`,
  );
}

/** What is meant: a reference followed, "or null" left out. */
function resolved(api: OpenApi, schema: Schema): Schema {
  const chosen = schema.anyOf?.find(({ type }) => type !== "null") ?? schema;
  return chosen.$ref ? api.components.schemas[chosen.$ref.split("/").pop() ?? ""]! : chosen;
}

/** DeclineReason: the taxonomy decline_reason. */
const snake = (name: string): string => name.replace(/(?<=[a-z])(?=[A-Z])/g, "_").toLowerCase();

export default function plugin(): Plugin {
  const id = "virtual:verb-forms";
  const description = new URL("../../docs/api/openapi.json", import.meta.url);
  return {
    name: "verb-forms",
    resolveId: (source) => (source === id ? `\0${id}` : null),
    load(source) {
      if (source !== `\0${id}`) return null;
      this.addWatchFile(description.pathname);
      return `export default ${JSON.stringify(verbForms(JSON.parse(readFileSync(description, "utf8"))))};`;
    },
  };
}
