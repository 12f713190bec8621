// Every event and every refusal of the API's registries has words, in each language, and none has words that is not one.
import { expect, test } from "vitest";
import api from "../../../../docs/api/openapi.json";
import { eventKey, type EventName } from "./events";
import english from "../app/messages/en.json";
import simplified from "../app/messages/zh-CN.json";
import traditional from "../app/messages/zh-Hant.json";
import englishEvents from "../workflow/messages/en.json";
import simplifiedEvents from "../workflow/messages/zh-CN.json";
import traditionalEvents from "../workflow/messages/zh-Hant.json";

const events = Object.keys(api["x-events"]) as EventName[];
/** Refusals that only the browser knows: no answer came, or the device itself said no. */
const OWN_PROBLEMS = ["offline", "passkey_cancelled", "passkey_known"];

const languages = [
  ["zh-CN", { ...simplified, ...simplifiedEvents }],
  ["zh-Hant", { ...traditional, ...traditionalEvents }],
  ["en", { ...english, ...englishEvents }],
] as const;

test.each(languages)("%s names every event", (_, messages) => {
  const named = Object.entries(messages.events).flatMap(([subject, verbs]) =>
    Object.entries(verbs as Record<string, string>).map(([verb, text]) => [`events.${subject}.${verb}`, text] as const),
  );
  expect(named.map(([key]) => key).sort()).toEqual(events.map((name) => eventKey(name) as string).sort());
  expect(named.filter(([, text]) => !text.trim())).toEqual([]);
});

test.each(languages)("%s has a sentence for every refusal", (_, messages) => {
  expect(Object.keys(messages.refusals).sort()).toEqual([...api["x-refusals"].rules].sort());
  expect(Object.keys(messages.fieldErrors).sort()).toEqual([...api["x-refusals"].fields, "other"].sort());
  expect(Object.keys(messages.problems).sort()).toEqual([...api["x-refusals"].problems, ...OWN_PROBLEMS].sort());
});
