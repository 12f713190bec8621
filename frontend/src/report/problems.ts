// The API's refusals in the reader's language, by their code.
import type { ApiProblem } from "../api/problem";
import { hasMessage, t } from "./messages";

export function problemText(problem: ApiProblem): string {
  const key = `problem.${problem.code}`;
  return hasMessage(key) ? t(key, { seconds: problem.retryAfter ?? 60 }) : t("problem.other");
}
