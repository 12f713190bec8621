// What may be done with a lead beside its verbs: exclusion, clocks, splitting, the reporter's objection. One table, keyed by act.
import type { MessageKey } from "../lib/i18n";
import type { Lead } from "../lib/types";
import { may, must, note, reason, type VerbSpec } from "../workflow/form";

export interface ActSpec extends VerbSpec {
  text: MessageKey;
  permission: string;
  /** Below /leads/{lead_id}/, where it is not the act's own name alone. */
  word?: "dismissal";
  /** Whether it can be meant at all; whether it is allowed is the server's word. */
  offered: (lead: Lead) => boolean;
}

const isOpen = (lead: Lead): boolean => lead.assignments.some((one) => one.to === null);
const isPaused = (lead: Lead): boolean => lead.clocks.some((clock) => clock.paused && !clock.stopped_at);
const runs = (lead: Lead): boolean => lead.clocks.some((clock) => !clock.stopped_at && !clock.paused);

export const ACTS: Readonly<Record<string, ActSpec>> = {
  pause: { text: "acts.pause", permission: "leads:pause", offered: runs, fields: [reason("pause_reason"), note] },
  resume: { text: "acts.resume", permission: "leads:pause", offered: isPaused, fields: [note] },
  subjects: {
    text: "acts.subjects",
    permission: "leads:exclude",
    offered: (lead) => lead.tips.some((tip) => tip.readable),
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
  exclusions: {
    text: "acts.exclusions",
    permission: "leads:exclude",
    offered: () => true,
    fields: [
      must("target", "yesno", { local: true }),
      must("agency_id", "agency", { when: { name: "target", is: "yes" } }),
      must("officer_id", "officer", { when: { name: "target", is: "no" } }),
      must("reason", "area"),
    ],
    warning: "warnings.exclude",
  },
  split: {
    text: "acts.split",
    permission: "leads:attach",
    offered: (lead) => isOpen(lead) && lead.tip_count > 1,
    fields: [must("tip_ids", "tips", { hint: "hints.split" }), must("reason", "area")],
  },
  branch: {
    text: "acts.branch",
    permission: "leads:dispatch",
    offered: isOpen,
    fields: [must("agency_id", "discipline"), must("allegation", "area", { hint: "hints.branch" })],
    warning: "warnings.branch",
  },
  objection: {
    text: "acts.dismissal",
    permission: "leads:reopen",
    word: "dismissal",
    offered: (lead) => lead.tips.some((tip) => tip.objected_at !== null && tip.objection_upheld === null),
    fields: [must("text", "area", { hint: "hints.dismissal" })],
    warning: "warnings.dismissal",
  },
  conflict: { text: "acts.conflict", permission: "leads:read", offered: () => true, fields: [must("reason", "area")], warning: "warnings.conflict" },
};
