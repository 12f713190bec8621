// What each verb's form asks, and the body it sends: one table, keyed by verb. Whether a verb is allowed is the server's word.
import { t, type MessageKey } from "../lib/i18n";
import { endOfDay } from "../lib/times";

export type FieldKind = "code" | "text" | "area" | "flag" | "declare" | "yesno" | "day" | "agency" | "agencies" | "verifiers" | "lead" | "lines" | "officer" | "tip" | "tips" | "discipline";
export interface VerbField {
  name: string;
  kind: FieldKind;
  required: boolean;
  /** Kind of the taxonomy whose codes are offered. */
  codes?: string;
  /** Said below the label. */
  hint?: MessageKey;
  /** Shown only while another field has this value (feedback: either a text or a reason to skip it). */
  when?: { name: string; is: string };
  /** Asked, but not part of the body. */
  local?: boolean;
}
export interface VerbSpec {
  fields: VerbField[];
  /** The lead leaves this officer's hands or a promise is closed: said before sending. */
  warning?: MessageKey;
}

export type Answer = string | boolean | string[];
export type Answers = Record<string, Answer>;

export const must = (name: string, kind: FieldKind, more: Partial<VerbField> = {}): VerbField => ({ name, kind, required: true, ...more });
export const may = (name: string, kind: FieldKind, more: Partial<VerbField> = {}): VerbField => ({ name, kind, required: false, ...more });
export const note = may("note", "area");
export const reason = (codes: string): VerbField => must("reason_code", "code", { codes });

export const VERBS: Readonly<Record<string, VerbSpec>> = {
  screen: {
    fields: [must("nature", "code", { codes: "nature" }), must("sector", "code", { codes: "sector" }), must("complete", "yesno", { hint: "hints.complete" }), may("complex", "flag", { hint: "hints.complex" }), note],
  },
  mark_complex: { fields: [must("reason", "area")] },
  attach: { fields: [must("target_lead_id", "lead", { hint: "hints.target" }), must("reason", "area")], warning: "warnings.attach" },
  transfer_out: { fields: [must("body", "text", { hint: "hints.body" }), reason("transfer_reason"), note], warning: "warnings.told" },
  decline: { fields: [reason("decline_reason"), note], warning: "warnings.second" },
  notify: { fields: [must("how", "text", { hint: "hints.how" }), note] },
  register: { fields: [note] },
  dispatch: { fields: [must("agency_id", "agency"), may("assisting_agency_ids", "agencies"), may("due_at", "day", { hint: "hints.due" }), note] },
  sign: { fields: [note] },
  object: { fields: [reason("object_reason"), must("note", "area")] },
  start_verification: { fields: [must("verifier_ids", "verifiers", { hint: "hints.verifiers" }), must("no_conflict", "declare", { hint: "hints.declareBoth" })], warning: "warnings.second" },
  recall: { fields: [must("reason", "area")], warning: "warnings.recall" },
  change_verifiers: { fields: [must("reason", "area")], warning: "warnings.changeVerifiers" },
  extend: { fields: [must("due_at", "day"), must("reason", "area")], warning: "warnings.second" },
  conclude: {
    fields: [must("finding", "code", { codes: "finding" }), must("facts", "area", { hint: "hints.facts" }), must("evidence", "lines", { hint: "hints.evidence" }), must("actions_taken", "area")],
  },
  endorse: { fields: [note] },
  send_back: { fields: [must("missing", "area", { hint: "hints.missing" })] },
  approve: { fields: [must("outcome", "code", { codes: "outcome" }), note] },
  give_feedback: {
    fields: [
      must("way", "yesno", { local: true }),
      must("text", "area", { hint: "hints.feedback", when: { name: "way", is: "yes" } }),
      must("skip_reason", "code", { codes: "skip_reason", when: { name: "way", is: "no" } }),
    ],
    warning: "warnings.feedback",
  },
  close: { fields: [may("document_numbers", "lines", { hint: "hints.documents" }), note], warning: "warnings.close" },
  look_back: { fields: [must("passed", "yesno"), must("note", "area")] },
  unmerge: { fields: [must("reason", "area")], warning: "warnings.unmerge" },
  reopen: { fields: [reason("reopen_reason"), must("note", "area")] },
};

export const CONFIRMATION: VerbSpec = { fields: [must("agreed", "yesno"), note] };
/** Confirmations that say more: the second verifier declares to be free of conflict, or steps aside and is excluded. */
const CONFIRMATIONS: Readonly<Record<string, VerbSpec>> = { start_verification: { ...CONFIRMATION, warning: "warnings.recuse" } };

/** A verb that this release has no form for still works: the server knows what it needs. */
export function specOf(verb: string, confirmation: boolean): VerbSpec {
  return confirmation ? (CONFIRMATIONS[verb] ?? CONFIRMATION) : (VERBS[verb] ?? { fields: [note] });
}

export function emptyAnswers(spec: VerbSpec, given: Answers = {}): Answers {
  const blank = (kind: FieldKind): Answer =>
    kind === "flag" || kind === "declare" ? false : kind === "lines" ? [""] : kind === "verifiers" ? ["", ""] : kind === "agencies" || kind === "tips" ? [] : "";
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

const CHOSEN: ReadonlySet<FieldKind> = new Set(["yesno", "agency", "discipline", "officer", "tips"]);

/** What is plainly missing, by field; everything else the server judges. */
export function missing(spec: VerbSpec, answers: Answers): Record<string, string> {
  const errors: Record<string, string> = {};
  for (const field of asked(spec, answers)) {
    const answer = answers[field.name];
    if (field.kind === "verifiers" && Array.isArray(answer)) {
      if (answer.some((one) => !one) || answer[0] === answer[1]) errors[field.name] = t("form.twoVerifiers");
    } else if (field.required && isEmpty(answer)) {
      errors[field.name] = t(field.codes || CHOSEN.has(field.kind) ? "form.choose" : field.kind === "declare" ? "form.declare" : "form.fill");
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
