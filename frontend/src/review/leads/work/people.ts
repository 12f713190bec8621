// Officers chosen in a form, and what the API says against one of them.
import { ApiProblem } from "../../../api/problem";
import { t } from "../../lib/i18n";
import type { Ref } from "../../lib/types";

export interface Person {
  id: string;
  name: string;
  agency: Ref;
}

/** "王某：…": refusals that point at one of the chosen ("/mention_ids/1"), each with the name; "" where there is none. */
export function againstPeople(error: unknown, field: string, chosen: readonly Person[], said: string): string {
  if (!(error instanceof ApiProblem)) return "";
  const names = error.fields.flatMap(({ pointer }) => {
    const [, name, at] = pointer.split("/");
    return name === field && at !== undefined ? (chosen[Number(at)]?.name ?? []) : [];
  });
  return names.length ? `${names.join(t("list.join"))}${t("list.colon")}${said}` : "";
}
