// What an event of the trail is called; each of the API's registry has a message, or this does not compile.
import type { components } from "../../api/schema";
import { hasMessage, t, type MessageKey } from "./i18n";

export type EventName = components["schemas"]["EventName"];
type KeyOf<Name extends string> = Name extends `${infer Subject}:${infer Verb}` ? `events.${Subject}.${Verb}` : never;

/** The message that names an event: `events.lead.screen` for `lead:screen`. */
export function eventKey<Name extends EventName>(name: Name): KeyOf<Name> & MessageKey {
  return `events.${name.replace(":", ".")}` as KeyOf<Name> & MessageKey;
}

/** The bare name for an event that only a newer server knows. */
export function eventText(name: EventName): string {
  const key: MessageKey = eventKey(name);
  return hasMessage(key) ? t(key) : name;
}
