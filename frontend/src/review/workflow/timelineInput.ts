// A verb's recorded input as lines to read: names for ids, labels for codes, sentences for yes and no.
import { hasMessage, t } from "../lib/i18n";
import { absoluteText } from "../lib/times";

export interface InputLine {
  label: string;
  text: string;
}
export interface InputNames {
  label: (kind: string, code: string) => string;
  /** The name of an agency, officer or lead that is known here, or undefined. */
  name: (id: string) => string | undefined;
}

interface Tick {
  done: boolean;
  note: string | null;
}

/** Taxonomy of each coded field; reasons belong to the verb that gave them. */
const CODED: Readonly<Record<string, string>> = {
  nature: "nature",
  sector: "sector",
  conduct: "conduct",
  finding: "finding",
  outcome: "outcome",
  skip_reason: "skip_reason",
  verb: "verb",
  rule: "clock_rule",
  kind: "subject_kind",
};
const REASONS: Readonly<Record<string, string>> = {
  decline: "decline_reason",
  transfer_out: "transfer_reason",
  dispute: "dispute_reason",
  reopen: "reopen_reason",
  pause: "pause_reason",
};
const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

export function inputLines(event: string, input: Record<string, unknown> | null, names: InputNames): InputLine[] {
  // "ask_decline" carries what "decline" takes.
  const verb = (event.split(":")[1] ?? "").replace(/^(ask|refuse)_/, "");
  if (verb === "tick_checklist") return ticks((input?.["items"] ?? []) as Tick[]);
  return Object.entries(input ?? {}).flatMap(([field, value]) => {
    const text = said(verb, field, value, names);
    // What is sealed is read in its dialogue, with the agency's key.
    return text === "" || field === "sealed" ? [] : [{ label: fieldLabel(verb, field), text }];
  });
}

/** How many items were done and how many taken back, and what was written to them; which they are stands in the checklist. */
function ticks(items: Tick[]): InputLine[] {
  const done = items.filter((item) => item.done).length;
  const notes = items
    .map((item) => item.note)
    .filter(Boolean)
    .join(t("list.join"));
  return [
    { label: t("checklist.done"), text: done ? String(done) : "" },
    { label: t("checklist.open"), text: items.length > done ? String(items.length - done) : "" },
    { label: t("checklist.note"), text: notes },
  ].filter((line) => line.text);
}

export function fieldLabel(verb: string, field: string): string {
  const key = [`verbFields.${verb}_${field}`, `verbFields.${field}`].find(hasMessage);
  return key ? t(key) : field;
}

function said(verb: string, field: string, value: unknown, names: InputNames): string {
  if (value === null || value === undefined || value === "") return "";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value))
    return value
      .map((one) => said(verb, field, one, names))
      .filter(Boolean)
      .join(t("list.join"));
  if (typeof value === "object") {
    return Object.entries(value)
      .map(([inner, one]) => `${fieldLabel(verb, inner)}${t("list.colon")}${said(verb, inner, one, names)}`)
      .join(t("list.join"));
  }
  const text = String(value);
  const kind = field === "reason_code" ? REASONS[verb] : CODED[field];
  if (kind) return names.label(kind, text);
  if (/_ids?$/.test(field)) return names.name(text) ?? text;
  return MOMENT.test(text) ? absoluteText(text) : text;
}
