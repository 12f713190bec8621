// What of the answers a kept draft holds, and how they come back.
import { type Draft, emptyDraft, emptyOfficial, emptySubject } from "../form/draft";

/** The answers without what tells who the reporter is: that is asked last, and typed again. */
export function contentOf(draft: Draft): Partial<Draft> {
  const { stay: _, ownName: _n, ownContacts: _c, ownDocument: _d, ...kept } = draft;
  return kept;
}

/** Whole answers from what was kept, also by an earlier edition of the form; null where it is none. */
export function answersFrom(content: unknown): Draft | null {
  if (typeof content !== "object" || content === null || !("narrative" in content)) return null;
  const answers = emptyDraft();
  const fits = Object.entries(content).filter(
    ([key, value]) => key in contentOf(answers) && (key === "sealedTo" || typeof value === typeof answers[key as keyof Draft]),
  );
  Object.assign(answers, Object.fromEntries(fits));
  // Cards get numbers of this page's own.
  answers.subjects = answers.subjects.map((card) => ({ ...emptySubject(), ...card, id: emptySubject().id }));
  answers.officials = answers.officials.map(({ name }) => ({ ...emptyOfficial(), name }));
  return answers;
}
