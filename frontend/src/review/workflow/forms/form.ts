// A verb's form: what kinds of fields there are, what is plainly missing, and the body that is sent.
import forms from "virtual:verb-forms";
import { hasMessage, t, type MessageKey } from "../../lib/i18n";
import { endOfDay } from "../../lib/times";

export type FieldKind =
  | "code"
  | "text"
  | "area"
  | "flag"
  | "declare"
  | "yesno"
  | "day"
  | "agency"
  | "agencies"
  | "verifiers"
  | "lead"
  | "lines"
  | "officer"
  | "tip"
  | "tips"
  | "subjects"
  | "discipline";
export interface VerbField {
  name: string;
  kind: FieldKind;
  required: boolean;
  /** Kind of the taxonomy whose codes are offered. */
  codes?: string;
  /** Shown only while another field has this value (feedback: either a text or a reason to skip it). */
  when?: { name: string; is: string };
  /** Asked, but not part of the body. */
  local?: boolean;
  /** The reporter reads it: shown as they will see it. */
  told?: boolean;
}
export interface VerbSpec {
  fields: VerbField[];
  /** The matter leaves this officer's hands or a promise is closed: said before sending. */
  warning?: MessageKey;
}

export type Answer = string | boolean | string[];
export type Answers = Record<string, Answer>;

const note: VerbField = { name: "note", kind: "area", required: false };

/** The second officer's word: on a request of any verb, the same two fields. */
const confirming = (reasoned: boolean): VerbField[] => [
  { name: "agreed", kind: "yesno", required: true },
  { ...note, required: reasoned },
];

/**
 * What the form of a verb asks: what the API's description says that it takes, with the words of its kind's messages
 * (`warnings.verb`, `warnings.verb_confirmation`). A verb that this release has no form for still works: the server
 * knows what it needs.
 */
export function formOf(plural: string, verb: string, confirmation: boolean): VerbSpec {
  const form = forms[plural]?.[verb];
  const named = `warnings.${verb}${confirmation ? "_confirmation" : ""}`;
  const warning = hasMessage(named) ? named : form?.second && !confirmation ? "warnings.second" : undefined;
  return { fields: confirmation ? confirming(form?.second === "reasoned") : (form?.fields ?? [note]), warning };
}

/** What is said below a field's label. */
export function hintOf(verb: string, { name }: VerbField): string {
  const key = `hints.${verb}_${name}`;
  return hasMessage(key) ? t(key) : "";
}

export function emptyAnswers(spec: VerbSpec, given: Answers = {}): Answers {
  const blank = (kind: FieldKind): Answer =>
    kind === "flag" || kind === "declare"
      ? false
      : kind === "lines"
        ? [""]
        : kind === "verifiers"
          ? ["", ""]
          : kind === "agencies" || kind === "tips" || kind === "subjects"
            ? []
            : "";
  return Object.fromEntries(spec.fields.map((field) => [field.name, given[field.name] ?? blank(field.kind)]));
}

/** Fields that are asked, given what has been answered so far. */
export function asked(spec: VerbSpec, answers: Answers): VerbField[] {
  return spec.fields.filter((field) => !field.when || answers[field.when.name] === field.when.is);
}

function isEmpty(answer: Answer | undefined): boolean {
  if (Array.isArray(answer)) return answer.every((one) => one.trim() === "");
  return typeof answer === "string" ? answer.trim() === "" : answer !== true;
}

const CHOSEN: ReadonlySet<FieldKind> = new Set(["yesno", "agency", "discipline", "officer", "tips", "subjects"]);

/** What is plainly missing, by field; everything else the server judges. */
export function missing(spec: VerbSpec, answers: Answers): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of asked(spec, answers)) {
    const answer = answers[field.name];
    if (field.kind === "verifiers" && Array.isArray(answer)) {
      if (answer.some((one) => !one) || answer[0] === answer[1]) errors[field.name] = t("form.twoVerifiers");
    } else if (field.required && isEmpty(answer)) {
      errors[field.name] = t(
        field.codes || CHOSEN.has(field.kind) ? "form.choose" : field.kind === "declare" ? "form.declare" : "form.fill",
      );
    }
  }
  return errors;
}

function sent(field: VerbField, answer: Answer): unknown {
  if (field.kind === "yesno") return answer === "yes";
  if (field.kind === "day") return typeof answer === "string" ? endOfDay(answer) : null;
  if (Array.isArray(answer)) return answer.map((one) => one.trim()).filter(Boolean);
  return typeof answer === "string" ? answer.trim() : answer;
}

/** The request's body: optional fields that were left empty are left out. */
export function bodyOf(spec: VerbSpec, answers: Answers): Record<string, unknown> {
  const body: Record<string, unknown> = {};
  for (const field of asked(spec, answers)) {
    if (field.local) continue;
    const answer = answers[field.name] ?? "";
    const keep = field.required || field.kind === "flag" || Array.isArray(answer) || !isEmpty(answer);
    if (keep) body[field.name] = sent(field, answer);
  }
  return body;
}
