// The answers as the check page shows them: one row a question, in the reporter's words.
import { labelOf, type Taxonomies } from "../../shared/taxonomies";
import { formatDate, momentInChina } from "../../shared/time";
import { told } from "../../shared/told";
import { type Item, items } from "../files/queue";
import { language, type MessageKey, t } from "../messages";
import type { Agency } from "../api";
import { type Draft, subjectFields } from "./draft";
import type { Question } from "./faults";
import { reported } from "./units";

export interface Answer {
  question: Question;
  label: MessageKey;
  /** Each is a line of its own. */
  lines: string[];
}

function comma(): string {
  return language.value === "en" ? ", " : "，";
}

function when(draft: Draft, taxonomies: Taxonomies | null): string[] {
  const kind = labelOf(taxonomies, "occurrence", draft.when, language.value);
  const dated = draft.day !== "" && (draft.when === "exact" || draft.when === "ongoing");
  const day = dated ? formatDate(momentInChina(draft.day), language.value) : "";
  const clock = draft.when === "exact" ? draft.time || t("time.dayOnly") : "";
  const noted = draft.when === "unknown" ? "" : draft.whenNote.trim();
  return [kind, [day, clock].filter(Boolean).join(comma()), noted].filter(Boolean);
}

function who(draft: Draft, taxonomies: Taxonomies | null): string[] {
  if (draft.known === "no") return [t("people.no"), draft.noticed.trim()].filter(Boolean);
  return draft.subjects.map((subject) => {
    const kind = labelOf(taxonomies, "subject_kind", subject.kind, language.value);
    const told = subjectFields(subject.kind).map((field) => subject[field].trim());
    return [kind, ...told.filter(Boolean)].join(comma());
  });
}

function own(draft: Draft): string[] {
  if (draft.stay !== "sealed") return [t("identity.anonymous")];
  return [draft.ownName, draft.ownContacts, draft.ownDocument].map((text) => text.trim()).filter(Boolean);
}

/** One that still waits to be allowed is shown as a question: it would not go along. */
function file({ name, state }: Item): string {
  return state === "asking" ? `${name} · ${t("files.anyway")}?` : name;
}

/** `agencies`: those of the region, of which the reported ones are kept out without being asked. */
export function answers(draft: Draft, taxonomies: Taxonomies | null, agencies: readonly Agency[] = []): Answer[] {
  const hidden = [
    ...reported(draft, agencies).map(({ name }) => name + t("hide.already")),
    ...draft.hideFrom.map(({ name }) => name),
    ...draft.officials.map(({ name }) => name.trim()),
  ];
  const region = draft.regions.map(({ name }) => name).join(language.value === "en" ? ", " : "");
  const label = (kind: string, code: string): string => labelOf(taxonomies, kind, code, language.value);
  return [
    { question: "kind", label: "check.kind", lines: [label("conduct", draft.conduct)] },
    { question: "kind", label: "check.sector", lines: [label("sector", draft.sector) || t("common.none")] },
    { question: "story", label: "check.story", lines: [told(draft.narrative).trim()] },
    { question: "place", label: "check.place", lines: [region, draft.place.trim()].filter(Boolean) },
    { question: "time", label: "check.time", lines: when(draft, taxonomies) },
    { question: "people", label: "check.people", lines: who(draft, taxonomies) },
    {
      question: "hide",
      label: "check.hide",
      lines: hidden.some(Boolean) ? hidden.filter(Boolean) : [t("check.hideNone")],
    },
    ...(draft.sealedTo
      ? [
          {
            question: "hide" as const,
            label: "check.reader" as const,
            lines: [t("check.onlyReader", { agency: draft.sealedTo.name })],
          },
        ]
      : []),
    { question: "files", label: "files.title", lines: items.length ? items.map(file) : [t("files.none")] },
    { question: "identity", label: "check.identity", lines: own(draft) },
  ];
}
