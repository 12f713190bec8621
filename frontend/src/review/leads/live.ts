// Live updates: the server says which leads changed; they are counted and shown on request, so that no row jumps.
import { onScopeDispose, reactive } from "vue";

export interface LiveState {
  changed: Set<string>;
  many: boolean;
}

const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 60_000;
const OWN_MS = 5_000;

const own = new Map<string, number>();

/** This page changed the lead itself: what the server will tell of it is known here already. */
export function changedHere(id: string): void {
  own.set(id, Date.now());
}

function known(id: string): boolean {
  const at = own.get(id);
  if (at === undefined) return false;
  if (Date.now() - at < OWN_MS) return true;
  own.delete(id);
  return false;
}

/** Takes one event's data into the state; data of another kind is not for us. */
export function take(state: LiveState, data: string): void {
  let told: unknown;
  try {
    told = JSON.parse(data);
  } catch {
    return;
  }
  if (typeof told !== "object" || told === null || !("type" in told) || told.type !== "matters") return;
  const { ids, many } = told as unknown as { ids: string[]; many: boolean };
  for (const id of ids) if (!known(id)) state.changed.add(id);
  state.many ||= many;
}

/** How long to wait before the next try; the browser itself retries only dropped lines, not refusals. */
export function waitBefore(attempt: number, random: number): number {
  return Math.min(FIRST_WAIT * 2 ** attempt, LONGEST_WAIT) * (0.5 + random / 2);
}

/** Follows the stream for as long as the calling component lives. */
export function useLive(): LiveState & { seen: () => void } {
  const state = reactive({ changed: new Set<string>(), many: false });
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;

  function connect(): void {
    source = new EventSource("/api/v1/live");
    source.addEventListener("open", () => {
      // Whoever comes back without an event's id may have missed something.
      if (attempt > 0) state.many = true;
      attempt = 0;
    });
    source.addEventListener("message", (event: MessageEvent<string>) => take(state, event.data));
    source.addEventListener("error", () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(connect, waitBefore(attempt, Math.random()));
      attempt += 1;
    });
  }

  if (typeof EventSource !== "undefined") connect();
  onScopeDispose(() => {
    clearTimeout(timer);
    source?.close();
  });
  return Object.assign(state, {
    seen: () => {
      state.changed.clear();
      state.many = false;
    },
  });
}
