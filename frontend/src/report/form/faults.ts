// What is wrong with an answer: found here before the next page, or told by the API by JSON pointer.
import type { FieldProblem } from "../../api/problem";
import type { Fill } from "../../shared/messages";
import { dayInChina } from "../../shared/time";
import { unseen } from "../../shared/told";
import type { MessageKey } from "../messages";
import { type Draft, subjectFields } from "./draft";

/** The pages that ask, in their order. */
export const QUESTIONS = ["kind", "story", "place", "time", "people", "hide", "files", "identity"] as const;
export type Question = (typeof QUESTIONS)[number];

export interface Fault {
  /** Id of the field on the page, for the summary's link. */
  field: string;
  message: MessageKey;
  values?: Fill;
  /** Number of the card that the field stands on, where there are several alike. */
  card?: number;
}

export const LIMIT = {
  narrative: 50_000,
  place: 300,
  note: 280, // the API's 300, less the words "day only"
  subjects: 20,
  exclusions: 20,
  official: 200,
  name: 100,
  description: 2000,
  // Together they fit into the envelope in any script (shared/sealedIdentity.ts).
  ownName: 60,
  ownContacts: 200,
  ownDocument: 40,
} as const;

/** Length as the API counts it: code points, not UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function unreadable(field: string, text: string): Fault[] {
  const place = unseen(text);
  return place ? [{ field, message: "fault.unseen", values: { place } }] : [];
}

function tooLong(field: string, text: string, limit: number, message: MessageKey): Fault[] {
  const faults = unreadable(field, text);
  if (faults.length) return faults;
  return lengthOf(text.trim()) > limit ? [{ field, message, values: { limit } }] : [];
}

function story(draft: Draft): Fault[] {
  const length = lengthOf(draft.narrative.trim());
  const limit = LIMIT.narrative;
  if (length === 0) return [{ field: "narrative", message: "story.missing" }];
  if (length <= limit) return unreadable("narrative", draft.narrative);
  return [{ field: "narrative", message: "story.tooLong", values: { limit, over: length - limit } }];
}

function place(draft: Draft): Fault[] {
  const last = draft.regions[draft.regions.length - 1];
  const faults: Fault[] = [];
  if (!last) faults.push({ field: "region-0", message: "place.missing" });
  else if (!last.leaf && last.level !== "county" && draft.unsureAt !== draft.regions.length)
    faults.push({ field: `region-${draft.regions.length}`, message: "place.missingNext" });
  return [...faults, ...tooLong("place", draft.place, LIMIT.place, "place.tooLong")];
}

function day(draft: Draft, today: string): Fault[] {
  const field = "day";
  if (draft.when === "exact" && draft.day === "") return [{ field, message: "time.dayMissing" }];
  if (draft.day === "" || (draft.when !== "exact" && draft.when !== "ongoing")) return [];
  if (!/^[12]\d{3}-\d\d-\d\d$/.test(draft.day)) return [{ field, message: "time.dayBad" }];
  return draft.day > today ? [{ field, message: "time.dayFuture" }] : [];
}

function time(draft: Draft, today: string): Fault[] {
  if (!draft.when) return [{ field: "when-exact", message: "time.missing" }];
  const faults = day(draft, today);
  if (draft.when === "roughly" && !draft.whenNote.trim())
    faults.push({ field: "when-note", message: "time.noteMissing" });
  return [...faults, ...tooLong("when-note", draft.whenNote, LIMIT.note, "time.tooLong")];
}

function people(draft: Draft): Fault[] {
  if (!draft.known) return [{ field: "known-yes", message: "people.missing" }];
  if (draft.known === "no") return tooLong("noticed", draft.noticed, LIMIT.description, "people.tooLong");
  if (draft.subjects.length === 1) return draft.subjects.flatMap(ofCard);
  return draft.subjects.flatMap((subject, place) => ofCard(subject).map((fault) => ({ ...fault, card: place + 1 })));
}

/** What is wrong on one person's or body's card. */
function ofCard(subject: Draft["subjects"][number]): Fault[] {
  const fields = subjectFields(subject.kind);
  const id = (field: string): string => `subject-${subject.id}-${field}`;
  if (subject.kind !== "person" && !subject.name.trim()) return [{ field: id("name"), message: "people.nameMissing" }];
  if (fields.every((field) => !subject[field].trim())) return [{ field: id("name"), message: "people.empty" }];
  return fields.flatMap((field) =>
    tooLong(id(field), subject[field], field === "description" ? LIMIT.description : LIMIT.name, "people.tooLong"),
  );
}

function hide(draft: Draft): Fault[] {
  const named = draft.officials.filter(({ name }) => name.trim());
  const faults = named.flatMap(({ id, name }) => tooLong(`official-${id}`, name, LIMIT.official, "hide.tooLong"));
  if (draft.hideFrom.length + named.length <= LIMIT.exclusions) return faults;
  return [...faults, { field: "officials", message: "hide.limit", values: { limit: LIMIT.exclusions } }];
}

function identity(draft: Draft): Fault[] {
  if (draft.stay === "") return [{ field: "stay-anonymous", message: "identity.missing" }];
  if (draft.stay === "anonymous") return [];
  if (![draft.ownName, draft.ownContacts, draft.ownDocument].some((text) => text.trim()))
    return [{ field: "own-name", message: "identity.missing" }];
  return [
    ...tooLong("own-name", draft.ownName, LIMIT.ownName, "people.tooLong"),
    ...tooLong("own-contacts", draft.ownContacts, LIMIT.ownContacts, "people.tooLong"),
    ...tooLong("own-document", draft.ownDocument, LIMIT.ownDocument, "people.tooLong"),
  ];
}

/** What keeps the reporter from leaving a page; empty when it is in order. */
export function faultsOf(question: Question, draft: Draft, today = dayInChina()): Fault[] {
  switch (question) {
    case "kind":
      return draft.conduct ? [] : [{ field: "conduct-0", message: "kind.missing" }];
    case "story":
      return story(draft);
    case "place":
      return place(draft);
    case "time":
      return time(draft, today);
    case "people":
      return people(draft);
    case "hide":
      return hide(draft);
    case "files":
      return [];
    case "identity":
      return identity(draft);
  }
}

const BY_CODE: readonly [RegExp, MessageKey][] = [
  [/^missing$|too_short/, "fault.missing"],
  [/too_long/, "fault.tooLong"],
  [/sealed_key$|other_region/, "fault.sealed"],
  [/^no_(channel|office)$/, "fault.noChannel"],
  [/not_found|unknown|enum|literal/, "fault.notFound"],
  [/date|time/, "fault.date"],
  [/character|control|unicode/, "fault.characters"],
];

/** The page and field that a pointer of the API means. */
function placeOf(pointer: string, draft: Draft): { question: Question; field: string } {
  const [, name = "", index = "", inner = ""] = pointer.split("/");
  if (name === "conduct") return { question: "kind", field: "conduct-0" };
  if (name === "sector") return { question: "kind", field: "sector" };
  if (name === "narrative") return { question: "story", field: "narrative" };
  if (name === "region_code") return { question: "place", field: "region-0" };
  if (name === "place") return { question: "place", field: "place" };
  if (name === "occurred") return { question: "time", field: { at: "day", note: "when-note" }[index] ?? "when-exact" };
  if (name === "identity") return { question: "identity", field: "stay-anonymous" };
  if (name === "sealed") return { question: "hide", field: "sealed-office" };
  if (name === "exclusions") {
    const official = draft.officials.filter(({ name: typed }) => typed.trim())[Number(index) - draft.hideFrom.length];
    return { question: "hide", field: official ? `official-${official.id}` : "agencies" };
  }
  if (name === "subjects") {
    const subject = draft.known === "yes" ? draft.subjects[Number(index)] : undefined;
    return { question: "people", field: subject ? `subject-${subject.id}-${inner || "name"}` : "noticed" };
  }
  return { question: "story", field: "narrative" };
}

export interface ServerFault extends Fault {
  question: Question;
}

/** The API's refused fields as faults of pages, in the order of the pages. */
export function serverFaults(problems: readonly FieldProblem[], draft: Draft): ServerFault[] {
  const found = problems.map(({ pointer, code }) => {
    const message = BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? "fault.other";
    return { ...placeOf(pointer, draft), message };
  });
  return found.sort((a, b) => QUESTIONS.indexOf(a.question) - QUESTIONS.indexOf(b.question));
}
