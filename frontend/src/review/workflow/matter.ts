// A matter (事项): anything that moves by verbs. What every kind has in common, and what a kind says for itself.
import type { QueryClient } from "@tanstack/vue-query";
import type { Component, ComputedRef } from "vue";
import { once, seen } from "../lib/api";
import type { MessageKey } from "../lib/i18n";
import type { Action, BulkResult, TimelinePage } from "../lib/types";
import type { Body, BulkItem, BulkSent, Plural, VerbOf, VerbSent, WordSent } from "./api";
import { formOf, type Answers, type VerbSpec } from "./forms/form";
import type { Kind } from "./registry";
import type { InputNames } from "./timelineInput";

export interface Matter {
  kind: Kind;
  id: string;
  /** How people call it: a lead's number, a channel's name. */
  number: string;
  version: number;
  /** What the server allows, in its order: the whole truth of what is offered. */
  actions: readonly Action[];
  /** What a second officer is asked to confirm. */
  pending: { verb: string; input: Record<string, unknown> | null } | null;
}

export interface Order {
  matter: Matter;
  verb: string;
  /** A second officer's word on what was asked before. */
  word?: "confirmation";
  body: Body;
}

export interface BulkOrder {
  verb: string;
  items: readonly BulkItem[];
  input: Body;
  key: string;
}

interface Words {
  on: MessageKey;
  done: MessageKey;
  changed: MessageKey;
  noLonger: MessageKey;
  gone: MessageKey;
}

/** What the shared components ask of a kind. */
export interface MatterKind {
  words: Words;
  verbName: (verb: string) => string;
  /** What a state is called, in the timeline. */
  stateName: (state: string) => string;
  formOf: (verb: string, confirmation: boolean) => VerbSpec;
  /** Answers that the matter itself suggests. */
  guesses: (cache: QueryClient, id: string) => Answers;
  /** What happened to it, a page at a time; a kind without it has no timeline. */
  readTimeline?: (id: string, cursor: string | undefined) => Promise<TimelinePage>;
  /** Names of the ids and codes that an input holds. */
  useNames: (id: () => string) => InputNames;
  /** What is to be thought of before somebody is given the matter, beside a form that names agencies or officers. */
  useWarnings?: (id: () => string, verb: string) => ComputedRef<string[]>;
  /** What has to be read beside the form of a verb. */
  beside?: Readonly<Record<string, Component>>;
  /** Controls of fields that only this kind asks, by the field's kind. */
  pickers: Readonly<Record<string, Component>>;
  /** What takes back what, for a few seconds after it was done. */
  undo: Readonly<Record<string, Undoing>>;
  /** Where something that blocks a verb can be mended: by the code of the refusal, what the way there is called. */
  remedies: Readonly<Record<string, MessageKey>>;
  /** Sends a verb; null where the matter is no longer there for this officer. */
  send: (cache: QueryClient, order: Order) => Promise<Matter | null>;
  sendMany: (cache: QueryClient, order: BulkOrder) => Promise<BulkResult[]>;
}

interface Undoing<Verb = string> {
  verb: Verb;
  body: () => Body;
}

type Own = Pick<MatterKind, "words" | "verbName"> &
  Partial<
    Pick<
      MatterKind,
      "stateName" | "guesses" | "readTimeline" | "useNames" | "useWarnings" | "beside" | "pickers" | "remedies"
    >
  >;

/** What a kind's folder says: its collection in the API, and how its pages keep what they have read. */
export interface KindSpec<Name extends Plural, Item extends object> extends Own {
  plural: Name;
  /** The calls of the kind's own client: `verbClient<"leads">()`. */
  post: (sent: VerbSent<Name>) => Promise<Item | undefined>;
  postWord?: (sent: WordSent<Name>) => Promise<Item | undefined>;
  postMany?: (sent: BulkSent<Name>) => Promise<{ results: BulkResult[] }>;
  matter: (item: Item) => Matter;
  undo?: Readonly<Record<string, Undoing<VerbOf<Name>>>>;
  /** Before and after a verb: this page knows of the change, whatever the live stream will tell. */
  touched?: (id: string) => void;
  /** After a verb: what is known now is kept, what else it changed is read anew. */
  changed: (cache: QueryClient, id: string, after: Item | null) => void;
  /** After one verb on many. */
  changedMany?: (cache: QueryClient, ids: readonly string[]) => Promise<void>;
}

export function matterKind<Name extends Plural, Item extends object>(spec: KindSpec<Name, Item>): MatterKind {
  const { plural, post, postWord, postMany, matter, touched, changed, changedMany, ...own } = spec;
  return {
    stateName: (state) => state,
    formOf: (verb, confirmation) => formOf(plural, verb, confirmation),
    guesses: () => ({}),
    useNames: () => ({ label: (_, code) => code, name: () => undefined }),
    pickers: {},
    undo: {},
    remedies: {},
    ...own,
    send: async (cache, { matter: { id, version }, verb, word, body }) => {
      const path = { plural, id, verb };
      const header = seen(version);
      touched?.(id);
      const answer =
        word && postWord
          ? postWord({ params: { path: { ...path, word }, header }, body })
          : post({ params: { path, header }, body });
      const after = (await answer) ?? null;
      touched?.(id);
      changed(cache, id, after);
      return after && matter(after);
    },
    sendMany: async (cache, { verb, items, input, key }) => {
      for (const { id } of items) touched?.(id);
      const answer = await postMany?.({
        params: { path: { plural, verb }, header: once(key) },
        body: { items: [...items], input },
      });
      const results = answer?.results ?? [];
      await changedMany?.(
        cache,
        results.map(({ id }) => id),
      );
      return results;
    },
  };
}
