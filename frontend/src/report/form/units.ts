// Agencies of the region that the answers name: as who is reported, and as where a reported person works.
import type { Agency } from "../api";
import type { Draft } from "./draft";

/** A name in the form in which it is compared: 长沙市 公安局 is 长沙市公安局. */
const bare = (name: string): string => name.normalize("NFKC").replace(/[^\p{L}\p{N}]/gu, "");

/** Shorter than this, a name is part of too many: 公安局. */
const TELLING = 4;

/** The agencies that a unit is, or is part of (the closest one), or may be meant by it. */
function meant(unit: string, agencies: readonly Agency[]): Agency[] {
  const told = bare(unit);
  if (told.length < TELLING) return [];
  const above = agencies.filter(({ name }) => told.includes(bare(name)));
  if (above.length) return [above.reduce((one, other) => (other.name.length > one.name.length ? other : one))];
  return agencies.filter(({ name }) => bare(name).includes(told));
}

const cards = (draft: Draft, kind: string): Draft["subjects"] =>
  draft.known === "yes" ? draft.subjects.filter((subject) => subject.kind === kind) : [];

/** Those that are reported themselves: the server keeps them out without being asked. */
export function reported(draft: Draft, agencies: readonly Agency[]): Agency[] {
  const names = new Set(cards(draft, "agency").map(({ name }) => bare(name)));
  return agencies.filter(({ name }) => names.has(bare(name)));
}

/** Those where a reported person works, by their name as written, or one close to it; each is put forward once. */
export function putForward(draft: Draft, agencies: readonly Agency[]): void {
  for (const { id, name } of cards(draft, "person").flatMap(({ unit }) => meant(unit, agencies))) {
    if (draft.putForward.includes(id)) continue;
    draft.putForward.push(id);
    if (!draft.hideFrom.some((hidden) => hidden.id === id)) draft.hideFrom.push({ id, name });
  }
}
