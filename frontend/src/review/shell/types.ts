// The API's shapes under short names.
export interface Ref { id: string; name: string }
export interface Region { code: string; name: string }
export interface RegionNode extends Region { level: string; leaf: boolean }

export interface Me {
  officer: Ref & { login: string };
  agency: Ref & { kind: string; region: Region };
  roles: string[];
  permissions: string[];
  session_expires_at: string;
}

export interface Page<T> { items: T[]; next_cursor: string | null }
export interface Agency extends Ref { kind: string; region: Region; parent: Ref | null; sectors: string[] }
export interface Officer extends Ref { agency: Ref; roles: string[] }

export interface LeadRow {
  id: string;
  number: string;
  state: string;
  nature: string | null;
  sector: string | null;
  conduct: string;
  region: Region;
  received_at: string;
  tip_count: number;
  complex: boolean;
  clock: { rule: string; due_at: string; provisional: boolean } | null;
  held_by: { agency: Ref; officer: Ref };
  allowed_actions: string[];
  version: number;
}

export interface Occurred { kind: string; at: string | null; note: string | null }
export interface Subject {
  seq: number;
  kind: string;
  name: string | null;
  unit: string | null;
  post: string | null;
  nickname: string | null;
  description: string | null;
  status: string;
  agency: Ref | null;
}
export interface Tip {
  id: string;
  channel: { id: string; kind: string; name: string };
  region: Region;
  received_at: string;
  submitted_at: string | null;
  occurred: Occurred;
  conduct: string;
  sector: string | null;
  title: string | null;
  place: string | null;
  narrative: string | null;
  external_ref: string | null;
  subjects: Subject[];
  readable: boolean;
}
export interface Assignment { agency: Ref; officer: Ref; role: string; from: string; to: string | null }
export interface Clock {
  rule: string;
  basis: string;
  started_at: string;
  due_at: string;
  provisional: boolean;
  stopped_at: string | null;
  paused: boolean;
  agency: Ref;
  officer: Ref;
}
export interface Action {
  verb: string;
  allowed: boolean;
  blocked_code: string | null;
  blocked_detail: string | null;
  confirm: boolean;
}
export interface Lead extends LeadRow {
  tips: Tip[];
  assignments: Assignment[];
  assisting: Ref[];
  verifiers: Ref[];
  clocks: Clock[];
  finding: { finding: string; facts: string; evidence: string[]; actions_taken: string; concluded_at: string; by: Ref } | null;
  outcome: string | null;
  feedback: { at: string; text: string | null; skip_reason: string | null } | null;
  document_numbers: string[];
  pending: { verb: string; asked_by: Ref; asked_at: string } | null;
  merged_into: { id: string; number: string } | null;
  actions: Action[];
}
export interface TimelineEntry {
  id: string;
  at: string;
  event: string;
  actor: { kind: string; name: string | null; agency: Ref | null };
  from: string | null;
  to: string | null;
  input: Record<string, unknown> | null;
}
export interface Message { id: string; from: string; author: string | null; at: string; text: string; tip_id: string }
export interface Registered { tip_id: string; lead_id: string; lead_number: string; received_at: string }

export interface Channel extends Ref {
  kind: string;
  number: string | null;
  address: string | null;
  url: string | null;
  hours: string | null;
  region: Region;
  agency: Ref;
  valid_from: string | null;
  valid_to: string | null;
  state: string;
  version: number;
  allowed_actions: string[];
}
