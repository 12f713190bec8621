// A call, letter or visit while it is written down: kept in memory only, and turned into the API's body.
import { reactive } from "vue";
import { SUITE } from "../../shared/receiptCode";
import { t } from "../lib/i18n";
import { chinaTime } from "../lib/times";
import type { StaffTip } from "../lib/types";

export interface SubjectDraft {
  kind: NonNullable<StaffTip["subjects"]>[number]["kind"];
  name: string;
  unit: string;
  post: string;
  nickname: string;
  description: string;
  agency_id: string;
}
export interface TipDraft {
  channel_id: string;
  region_code: string;
  place: string;
  conduct: string;
  sector: string;
  title: string;
  narrative: string;
  occurred_kind: NonNullable<NonNullable<StaffTip["occurred"]>["kind"]>;
  occurred_at: string;
  occurred_note: string;
  submitted_at: string;
  external_ref: string;
  subjects: SubjectDraft[];
  excluded_agencies: string[];
  excluded_officials: string[];
  with_receipt: boolean;
}

export const SUBJECT_TEXTS = ["name", "nickname", "unit", "post", "description"] as const;

export function emptySubject(): SubjectDraft {
  return { kind: "person", name: "", unit: "", post: "", nickname: "", description: "", agency_id: "" };
}

export function emptyDraft(region = ""): TipDraft {
  return {
    channel_id: "",
    region_code: region,
    place: "",
    conduct: "",
    sector: "",
    title: "",
    narrative: "",
    occurred_kind: "unknown",
    occurred_at: "",
    occurred_note: "",
    submitted_at: "",
    external_ref: "",
    subjects: [],
    excluded_agencies: [],
    excluded_officials: [""],
    with_receipt: true,
  };
}

/** The draft outlives its page: looking something up in the inbox loses nothing that was typed. */
export const tipDraft = reactive<TipDraft>(emptyDraft());

/** Whether anything was typed that would be a pity to lose. */
export function begun(draft: TipDraft): boolean {
  return (
    [draft.narrative, draft.place, draft.title, draft.external_ref].some((text) => text.trim() !== "") ||
    draft.subjects.length > 0
  );
}

/** What is plainly missing, by the API's field; the server judges the rest. */
export function missingInTip(draft: TipDraft): Record<string, string> {
  const errors: Record<string, string> = {};
  if (!draft.channel_id) errors["channel_id"] = t("form.choose");
  if (!draft.region_code) errors["region_code"] = t("form.choose");
  if (!draft.conduct) errors["conduct"] = t("form.choose");
  if (!draft.narrative.trim()) errors["narrative"] = t("form.fill");
  return errors;
}

const orNull = (text: string): string | null => text.trim() || null;

export function tipBody(draft: TipDraft, tokenHash: string | null): StaffTip {
  const timed = draft.occurred_kind === "exact" || draft.occurred_kind === "roughly";
  return {
    channel_id: draft.channel_id,
    region_code: draft.region_code,
    place: orNull(draft.place),
    conduct: draft.conduct,
    sector: orNull(draft.sector),
    title: orNull(draft.title),
    narrative: draft.narrative,
    occurred: {
      kind: draft.occurred_kind,
      at: timed ? chinaTime(draft.occurred_at) : null,
      note: orNull(draft.occurred_note),
    },
    submitted_at: chinaTime(draft.submitted_at),
    external_ref: orNull(draft.external_ref),
    subjects: draft.subjects.map((subject) => ({
      kind: subject.kind,
      name: orNull(subject.name),
      unit: orNull(subject.unit),
      post: orNull(subject.post),
      nickname: orNull(subject.nickname),
      description: orNull(subject.description),
      agency_id: subject.kind === "agency" ? orNull(subject.agency_id) : null,
    })),
    exclusions: [
      ...draft.excluded_agencies.map((agency) => ({ agency_id: agency, official: null })),
      ...draft.excluded_officials
        .filter((name) => name.trim())
        .map((name) => ({ agency_id: null, official: name.trim() })),
    ],
    receipt: tokenHash === null ? null : { suite: SUITE, token_hash: tokenHash },
  };
}
