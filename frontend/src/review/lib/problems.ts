// Turns API problems into sentences in the reader's language, by code.
import { ApiProblem, type FieldProblem } from "../../api/problem";
import { hasMessage, t, type MessageKey } from "./i18n";

export function problemText(error: unknown): string {
  const code = error instanceof ApiProblem ? error.code : "internal";
  const key = `problems.${code}`;
  return hasMessage(key) ? t(key) : t("problems.internal");
}

/** Why a rule forbids something; null for no rule, and for one that only a newer server knows. */
export function ruleText(rule: unknown): string | null {
  const key = `refusals.${typeof rule === "string" ? rule : ""}`;
  return hasMessage(key) ? t(key) : null;
}

/** Why something was refused: the rule's own sentence where the server names one, or what the caller says about a code. */
export function refusalText(error: unknown, said: Partial<Record<string, MessageKey>> = {}): string {
  if (!(error instanceof ApiProblem)) return problemText(error);
  const rule = ruleText(error.members["rule"]);
  if (rule !== null) return rule;
  const own = said[error.code];
  return own ? t(own) : problemText(error);
}

export function fieldErrorText(error: FieldProblem): string {
  const key = `fieldErrors.${error.code}`;
  const named: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(error.ctx ?? {})) {
    if (typeof value === "string" || typeof value === "number") named[name] = value;
  }
  return hasMessage(key) ? t(key, named) : t("fieldErrors.other");
}

/** Texts by field name: the first segment of each JSON pointer ("/evidence/0" belongs to evidence), below `under` if given. */
export function fieldErrors(error: unknown, under = ""): Record<string, string> {
  const texts: Record<string, string> = {};
  if (!(error instanceof ApiProblem)) return texts;
  for (const one of error.fields) {
    const field = one.pointer.slice(under ? under.length + 1 : 0).split("/")[1] ?? "";
    texts[field] ??= fieldErrorText(one);
  }
  return texts;
}
