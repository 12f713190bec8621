// The keys under which answers of the API are kept: one name each, so that what reads and what renews cannot differ.
// A key renews everything that begins with it: `lead(id)` also the lead's links, `mentions` also the unread ones.
import type { DataTag } from "@tanstack/vue-query";
import type { components } from "../../../api/schema.d";
import type { Lead, OfficerRole } from "../types";

type Schemas = components["schemas"];
type Part = string | number | boolean | object;

/** A key that knows what is kept under it, for those that are also written (`setQueryData`). */
const of = <Kept>(...parts: Part[]) => parts as DataTag<Part[], Kept>;
const key = (...parts: Part[]): Part[] => parts;

/** An answer that comes in pages has a key of its own: nothing else may be kept under it. */
export const queryKeys = {
  // what every part names: codes, places, people
  taxonomies: key("taxonomies"),
  agencies: key("agencies"),
  regions: (parent = "") => key("regions", parent),
  officers: key("officers"),
  officersOf: (agencies: readonly string[], role?: OfficerRole) => key("officers", role ?? "", ...agencies),
  officerPages: (agency: string) => key("officers", "pages", agency),
  systems: key("systems"),
  tokens: (account: string) => key("systems", account),
  secondments: key("secondments"),
  secondmentList: (running: boolean) => key("secondments", running),

  // the officer who is signed in
  me: key("me"),
  signInWays: key("me", "sign-in"),
  sessions: key("me", "sessions"),
  mentions: key("mentions"),
  mentionPages: key("mentions", "all"),
  unread: key("mentions", "unread"),
  news: key("mentions", "news"),

  // leads: the lists
  leads: key("leads"),
  leadList: (filter: object) => key("leads", filter),
  leadByNumber: (number: string) => key("lead-by-number", number),
  counts: key("counts"),
  savedViews: key("saved-views"),
  bulkVerbs: key("bulk-verbs"),

  // one lead, and what belongs to it
  lead: (id: string) => of<Lead>("lead", id),
  checklist: (id: string) => key("lead", id, "checklist"),
  responsible: (id: string, at: string) => key("lead", id, "responsible", at),
  links: (id: string) => of<Schemas["LinkList"]>("lead", id, "links"),
  graphs: (id: string) => key("lead", id, "graph"),
  graph: (id: string, hops: number) => key("lead", id, "graph", hops),
  leadIdentity: (id: string) => key("lead", id, "identity"),
  leadRetention: (id: string) => key("lead", id, "retention"),
  timeline: (id: string) => key("timeline", id),
  accesses: (id: string) => key("accesses", id),
  messages: (id: string) => key("messages", id),
  notes: (id: string) => key("notes", id),

  // channels
  channels: key("channels"),
  channelList: (filter: object) => key("channels", filter),
  allChannels: key("channels", "all"),
  surges: key("form-surges"),

  // identity, sealed tips and the keys of both
  identityKeys: key("identity-keys"),
  identityDesk: key("identity-desk"),
  identityOpenings: key("identity-openings"),
  sealedKeys: key("sealed-keys"),
  sealedTips: key("sealed-tips"),
  keyShares: key("key-shares"),
  myShares: of<Schemas["MyShares"]>("key-shares", "mine"),
  keyRegister: key("key-shares", "register"),
  keySteps: (key_id: string) => key("key-shares", "steps", key_id),

  // retention, exports, the log
  notices: key("notices"),
  openNotices: key("notices", "open"),
  expiring: key("notices", "expiring"),
  exports: key("exports"),
  log: key("log"),
  failedJobs: key("failed-jobs"),
};
