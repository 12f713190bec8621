// The subjects of a lead's tips, as one chooses among them: by name, or by nickname, or by their place.
import { t } from "../lib/i18n";
import type { Lead } from "../lib/types";

type Subject = Lead["tips"][number]["subjects"][number];

export interface NamedSubject {
  key: string;
  tip_id: string;
  seq: number;
  status: Subject["status"];
  text: string;
}

export function subjectsOf(lead: Lead): NamedSubject[] {
  return lead.tips.flatMap((tip, at) =>
    tip.subjects.map(({ seq, status, name, nickname }) => ({
      key: `${tip.id}/${seq}`,
      tip_id: tip.id,
      seq,
      status,
      text: name || nickname || t("retention.subject", { tip: at + 1, seq: seq + 1 }),
    })),
  );
}
