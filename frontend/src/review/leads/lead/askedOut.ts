// Whom reporters asked to keep out (要求回避的个人), and where those who are named work (被举报人所在单位).
import type { Lead } from "../../lib/types";

type AskedOut = Lead["tips"][number]["asked_out"][number];

/** Of every tip of the lead, each once. */
export function askedOut(lead: Lead): AskedOut[] {
  const all = lead.tips.flatMap((tip) => tip.asked_out);
  return all.filter((one, at) => all.findIndex((other) => other.official === one.official) === at);
}

/** Those in whom no account was recognised: nothing hides the lead from them yet. */
export function unrecognised(lead: Lead): string[] {
  return askedOut(lead)
    .filter((one) => !one.officers.length)
    .map((one) => one.official);
}

/** Persons who are named, each with the unit that was told: the server compares it with where the lead shall go. */
export function unitsOfNamed(lead: Lead): string[] {
  const named = lead.tips
    .flatMap(({ subjects }) => subjects ?? [])
    .filter(({ kind, unit }) => kind === "person" && unit);
  return [...new Set(named.map(({ name, nickname, unit }) => `${name ?? nickname ?? "?"}（${unit}）`))];
}
