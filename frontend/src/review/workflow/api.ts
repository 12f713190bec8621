// Where the API has the verbs of each kind of matter, derived from its own description: a kind or verb that it does not
// have is a type error. What a form sends is an object that the server judges; a verb's name may be one that it told.
import type { components, paths } from "../../api/schema";
import { reviewClient } from "../lib/api";

type Operation<Path extends keyof paths> = paths[Path] extends { post: infer Found } ? Found : never;
type Header<Found> = Found extends { parameters: { header?: infer Names } }
  ? [NonNullable<Names>] extends [never]
    ? never
    : keyof NonNullable<Names>
  : never;
type Told<Found> = Found extends { responses: { 200: { content: { "application/json": infer Body } } } } ? Body : never;

/** The paths of verbs: they take the version that was seen. */
type VerbPath = { [Path in keyof paths]: "if-match" extends Header<Operation<Path>> ? Path : never }[keyof paths];

/** Collections of matters: leads, channels … */
export type Plural = VerbPath extends infer Path
  ? Path extends `/api/v1/${infer Name}/{${string}}/${string}`
    ? Name
    : never
  : never;

type Below<Name extends Plural> = Extract<VerbPath, `/api/v1/${Name}/{${string}}/${string}`>;

/** The verbs of a kind of matter, for those that the browser itself names. */
export type VerbOf<Name extends Plural> =
  Below<Name> extends infer Path
    ? Path extends `/api/v1/${Name}/{${string}}/${infer Verb}`
      ? Verb extends `${string}/${string}`
        ? never
        : Verb
      : never
    : never;

/** What a verb answers with: the matter as it is then. */
export type ItemOf<Name extends Plural> = { [Path in Below<Name>]: Told<Operation<Path>> }[Below<Name>];

interface Seen {
  "if-match": string;
}
interface Once {
  "idempotency-key": string;
}
export type Body = Record<string, unknown>;
export interface BulkItem {
  id: string;
  version: number;
}

/** What a call takes, as the client takes it. */
type Call<Path, Headers, Body> = { params: { path: Path; header: Headers }; body: Body };
export type VerbSent<Name extends Plural> = Call<{ plural: Name; id: string; verb: string }, Seen, Body>;
export type WordSent<Name extends Plural> = Call<{ plural: Name; id: string; verb: string; word: string }, Seen, Body>;
export type BulkSent<Name extends Plural> = Call<
  { plural: Name; verb: string },
  Once,
  { items: BulkItem[]; input: Body }
>;

interface Post200<Sent extends Call<object, object, object>, Answer> {
  post: {
    parameters: Sent["params"];
    requestBody: { content: { "application/json": Sent["body"] } };
    responses: { 200: { content: { "application/json": Answer } } };
  };
}
interface VerbPaths<Name extends Plural> {
  "/api/v1/{plural}/{id}/{verb}": Post200<VerbSent<Name>, ItemOf<Name>>;
  "/api/v1/{plural}/{id}/{verb}/{word}": Post200<WordSent<Name>, ItemOf<Name>>;
  "/api/v1/{plural}/bulk/{verb}": Post200<BulkSent<Name>, components["schemas"]["BulkResults"]>;
}

/** The client of one kind's verbs. */
export const verbClient = <Name extends Plural>() => reviewClient<VerbPaths<Name>>();
