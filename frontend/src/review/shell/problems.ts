// Turns API problems into sentences in the reader's language, by code.
import { ApiProblem, type FieldProblem } from "../../api/problem";
import { hasMessage, t } from "./i18n";

export function problemText(error: unknown): string {
  const code = error instanceof ApiProblem ? error.code : "internal";
  const key = `problems.${code}`;
  return hasMessage(key) ? t(key) : t("problems.internal");
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
