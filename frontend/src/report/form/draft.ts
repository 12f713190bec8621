// What the reporter has typed so far: in memory only, gone with the page.
import { reactive } from "vue";

import { momentInChina } from "../../shared/time";
import { told, toldInLine } from "../../shared/told";
import type { Agency, Exclusion, Named, Occurrence, Region, Subject, Tip } from "../api";
import { onLeave, warnWhile } from "../leave";
import { reported } from "./units";

export interface SubjectDraft {
  /** Stays with the card while others are removed. */
  id: number;
  kind: "person" | "organisation" | "agency";
  name: string;
  unit: string;
  post: string;
  nickname: string;
  description: string;
}

export interface Draft {
  conduct: string;
  sector: string;
  narrative: string;
  /** From the province down; ends early where the reporter is not sure. */
  regions: Region[];
  /** The level at which "not sure" was chosen; -1 for none. */
  unsureAt: number;
  place: string;
  when: Occurrence | "";
  day: string;
  time: string;
  whenNote: string;
  known: "yes" | "no" | "";
  subjects: SubjectDraft[];
  noticed: string;
  hideFrom: Named[];
  /** Agencies that were put forward for hiding, because a reported person works there: what was unticked stays so. */
  putForward: string[];
  officials: { id: number; name: string }[];
  /** The agency that alone shall read it; null: as usual. */
  sealedTo: Named | null;
  stay: "anonymous" | "sealed" | "";
  ownName: string;
  ownContacts: string;
  ownDocument: string;
}

let lastId = 0;

export function emptySubject(): SubjectDraft {
  lastId += 1;
  return { id: lastId, kind: "person", name: "", unit: "", post: "", nickname: "", description: "" };
}

export function emptyOfficial(): { id: number; name: string } {
  lastId += 1;
  return { id: lastId, name: "" };
}

export function emptyDraft(): Draft {
  return {
    conduct: "",
    sector: "",
    narrative: "",
    regions: [],
    unsureAt: -1,
    place: "",
    when: "",
    day: "",
    time: "",
    whenNote: "",
    known: "",
    subjects: [],
    noticed: "",
    hideFrom: [],
    putForward: [],
    officials: [],
    sealedTo: null,
    stay: "anonymous",
    ownName: "",
    ownContacts: "",
    ownDocument: "",
  };
}

/** The one draft of this page. */
export const draft: Draft = reactive(emptyDraft());

export function clearDraft(): void {
  Object.assign(draft, emptyDraft());
}

/** Would something be lost with the page? Empty cards do not count. */
export function isTouched(given: Draft): boolean {
  const own = [given.ownName, given.ownContacts, given.ownDocument];
  const words = [
    given.conduct,
    given.narrative,
    given.place,
    given.when,
    given.whenNote,
    given.known,
    given.noticed,
    ...own,
  ];
  return (
    words.some((word) => word.trim() !== "") ||
    given.regions.length > 0 ||
    given.hideFrom.length > 0 ||
    given.officials.some(({ name }) => name.trim() !== "")
  );
}

onLeave(clearDraft);
warnWhile(() => isTouched(draft));

/** The lowest region that was chosen. */
export function regionCode(given: Draft): string {
  return given.regions[given.regions.length - 1]?.code ?? "";
}

function orNull(text: string): string | null {
  return told(text).trim() || null;
}

function lineOrNull(text: string): string | null {
  return toldInLine(text) || null;
}

/** A card's fields that its kind shows; what was typed before the kind was changed is not sent. */
export function subjectFields(
  kind: SubjectDraft["kind"],
): readonly ("name" | "nickname" | "unit" | "post" | "description")[] {
  return kind === "person" ? ["name", "nickname", "unit", "post", "description"] : ["name", "description"];
}

function subjects(given: Draft, agencies: readonly Agency[]): Subject[] {
  const none = { name: null, unit: null, post: null, nickname: null, description: null, agency_id: null };
  if (given.known === "no") {
    const description = orNull(given.noticed);
    return description ? [{ ...none, kind: "unknown", description }] : [];
  }
  if (given.known !== "yes") return [];
  return given.subjects.map((subject) => {
    const shown = Object.fromEntries(
      subjectFields(subject.kind).map((field) => [
        field,
        (field === "description" ? orNull : lineOrNull)(subject[field]),
      ]),
    );
    const [same] = reported({ ...given, subjects: [subject] }, agencies);
    return { ...none, ...shown, kind: subject.kind, agency_id: same?.id ?? null };
  });
}

function exclusions(given: Draft): Exclusion[] {
  return [
    ...given.hideFrom.map(({ id }) => ({ agency_id: id, official: null })),
    ...given.officials.flatMap(({ name }) => {
      const official = lineOrNull(name);
      return official ? [{ agency_id: null, official }] : [];
    }),
  ];
}

/** When it happened, as the API takes it. `dayOnly` is said in the note, since the API's moment always has a time. */
function occurred(given: Draft, dayOnly: string): Tip["occurred"] {
  const kind = given.when || "unknown";
  const dated = given.day !== "" && (kind === "exact" || kind === "ongoing");
  const at = dated ? momentInChina(given.day, (kind === "exact" && given.time) || undefined) : null;
  const note = [kind === "exact" && !given.time ? dayOnly : "", given.whenNote.trim()].filter(Boolean).join("。");
  return { kind, at, note: lineOrNull(note) };
}

/** The tip as the API takes it. `agencies` are those of the region: a named one is linked by its id. */
export function toTip(
  given: Draft,
  tokenHash: string,
  agencies: readonly Agency[],
  dayOnly: string,
  identity: Tip["identity"] = null,
): Tip {
  return {
    region_code: regionCode(given),
    place: lineOrNull(given.place),
    conduct: given.conduct,
    sector: given.sector || null,
    title: null,
    narrative: told(given.narrative).trim(),
    channel_id: null,
    occurred: occurred(given, dayOnly),
    subjects: subjects(given, agencies),
    exclusions: exclusions(given),
    receipt: { suite: "r1", token_hash: tokenHash },
    identity,
    sealed: null,
  };
}

const OFFICIAL_CONDUCT = new Set(["sheltering", "dereliction"]);

/** Does it seem to concern officials? Then it can be sealed to a discipline agency; what was chosen stays to be seen. */
export function concernsOfficials(given: Draft): boolean {
  const named =
    given.known === "yes" &&
    given.subjects.some(
      ({ kind, unit, post }) => kind === "agency" || (kind === "person" && (unit + post).trim() !== ""),
    );
  return (
    given.sealedTo !== null ||
    OFFICIAL_CONDUCT.has(given.conduct) ||
    named ||
    given.officials.some(({ name }) => name.trim() !== "")
  );
}
