// What the form of each of a lead's verbs asks: one table, keyed by verb. Whether a verb is allowed is the server's word.
import { CONFIRMATION, may, must, note, reason, type VerbSpec } from "../workflow/form";

export const VERBS: Readonly<Record<string, VerbSpec>> = {
  screen: {
    fields: [must("nature", "code", { codes: "nature" }), must("sector", "code", { codes: "sector" }), must("complete", "yesno", { hint: "hints.complete" }), may("complex", "flag", { hint: "hints.complex" }), note],
  },
  mark_complex: { fields: [must("reason", "area")] },
  merge: { fields: [must("target_lead_id", "lead", { hint: "hints.target" }), must("reason", "area")], warning: "warnings.merge" },
  transfer_out: { fields: [must("body", "text", { hint: "hints.body" }), reason("transfer_reason"), note], warning: "warnings.told" },
  decline: { fields: [reason("decline_reason"), note], warning: "warnings.second" },
  notify: { fields: [must("how", "text", { hint: "hints.how" }), note] },
  register: { fields: [note] },
  dispatch: { fields: [must("agency_id", "agency"), may("assisting_agency_ids", "agencies"), may("due_at", "day", { hint: "hints.due" }), note] },
  acknowledge: { fields: [note] },
  dispute: { fields: [reason("dispute_reason"), must("note", "area")] },
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
    preview: "text",
  },
  close: { fields: [may("document_numbers", "lines", { hint: "hints.documents" }), note], warning: "warnings.close" },
  look_back: { fields: [must("passed", "yesno"), must("note", "area")] },
  unmerge: { fields: [must("reason", "area")], warning: "warnings.unmerge" },
  reopen: { fields: [reason("reopen_reason"), must("note", "area")] },
  pause: { fields: [reason("pause_reason"), note] },
  resume: { fields: [note] },
  split: { fields: [must("tip_ids", "tips", { hint: "hints.split" }), must("reason", "area")] },
  branch: { fields: [must("agency_id", "discipline"), must("allegation", "area", { hint: "hints.branch" })], warning: "warnings.branch" },
  add_subject: {
    fields: [
      must("kind", "code", { codes: "subject_kind" }),
      may("name", "text"),
      may("nickname", "text"),
      may("unit", "text"),
      may("post", "text"),
      may("description", "area"),
      may("agency_id", "agency"),
      may("tip_id", "tip", { hint: "hints.firstTip" }),
    ],
    warning: "warnings.subject",
  },
  exclude: {
    fields: [
      must("target", "yesno", { local: true }),
      must("agency_id", "agency", { when: { name: "target", is: "yes" } }),
      must("officer_id", "officer", { when: { name: "target", is: "no" } }),
      must("reason", "area"),
    ],
    warning: "warnings.exclude",
  },
  declare_conflict: { fields: [must("reason", "area")], warning: "warnings.conflict" },
  dismiss_objection: { fields: [must("text", "area", { hint: "hints.dismissal" })], warning: "warnings.dismissal" },
};

/** Confirmations that say more: the second verifier declares to be free of conflict, or steps aside and is excluded. */
const CONFIRMATIONS: Readonly<Record<string, VerbSpec>> = { start_verification: { ...CONFIRMATION, warning: "warnings.recuse" } };

/** A verb that this release has no form for still works: the server knows what it needs. */
export function specOf(verb: string, confirmation: boolean): VerbSpec {
  return confirmation ? (CONFIRMATIONS[verb] ?? CONFIRMATION) : (VERBS[verb] ?? { fields: [note] });
}

