// What of the answers a kept draft holds, and how they come back.
import { type Draft, emptyDraft, emptyOfficial, emptySubject } from "../form/draft";

/** Which answers are kept. Who the reporter is, is asked last and typed again; a field that is not named here is not kept. */
const KEPT: Record<keyof Draft, boolean> = {
  conduct: true,
  sector: true,
  narrative: true,
  regions: true,
  unsureAt: true,
  place: true,
  when: true,
  day: true,
  time: true,
  whenNote: true,
  known: true,
  subjects: true,
  noticed: true,
  hideFrom: true,
  putForward: true,
  officials: true,
  sealedTo: true,
  stay: false,
  ownName: false,
  ownContacts: false,
  ownDocument: false,
};
const isKept = (name: string): boolean => Object.hasOwn(KEPT, name) && KEPT[name as keyof Draft];

export function contentOf(draft: Draft): Partial<Draft> {
  return Object.fromEntries(Object.entries(draft).filter(([name]) => isKept(name)));
}

/** Whole answers from what was kept, also by an earlier edition of the form; null where it is none. */
export function answersFrom(content: unknown): Draft | null {
  if (typeof content !== "object" || content === null || !("narrative" in content)) return null;
  const answers = emptyDraft();
  const fits = Object.entries(content).filter(
    ([key, value]) => isKept(key) && (key === "sealedTo" || typeof value === typeof answers[key as keyof Draft]),
  );
  Object.assign(answers, Object.fromEntries(fits));
  // Cards get numbers of this page's own.
  answers.subjects = answers.subjects.map((card) => ({ ...emptySubject(), ...card, id: emptySubject().id }));
  answers.officials = answers.officials.map(({ name }) => ({ ...emptyOfficial(), name }));
  return answers;
}
