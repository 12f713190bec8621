// Files that the reporter chose: in memory from the question on, sent one after the other once there is a tip for them.
import { reactive, shallowRef } from "vue";

import { type ApiProblem, asProblem } from "../../api/problem";
import { permitUploads, type Sealer } from "../api";
import { onLeave, warnWhile } from "../leave";
import type { Hides } from "./chosen/hides";
import type { Sending } from "./sending/tus";

export interface Item {
  id: number;
  name: string;
  file: Blob;
  /** Asking: it may tell more than its sender knows, so it goes only when that is wanted. */
  state: "asking" | "waiting" | "sending" | "done" | "failed";
  percent: number;
  /** Address of the photo as it will be sent, in this page's memory. */
  preview: string;
  /** What it may tell unseen; null where nothing is known to be left in it, or its sender wants it so. */
  hides: Hides | null;
  problem: ApiProblem | null;
  sending: Sending | null;
}
/** The tip that files are for. */
export interface Destination {
  token: string;
  sealer: Sealer | null;
  added: () => void;
}

export const items = reactive<Item[]>([]);
/** The file that something happened to last. */
export const last = shallowRef<Item | null>(null);
let lastId = 0;
let running = false;

/** Forgets all files; what is on its way stops. */
export function forgetFiles(): void {
  for (const { preview } of items) URL.revokeObjectURL(preview);
  items.length = 0;
}
onLeave(forgetFiles);
warnWhile(() => items.some(({ state }) => state !== "done"));

export function add(name: string, file: Blob, preview: string, hides: Hides | null): void {
  const state = hides ? "asking" : "waiting";
  items.push({ id: ++lastId, name, file, state, percent: 0, preview, hides, problem: null, sending: null });
}

/** Sends what waits, one file after the other: a weak line carries no more. */
export async function work(to: Destination): Promise<void> {
  if (running) return;
  running = true;
  for (let item = next(); item; item = next()) await sendOne(item, to);
  running = false;
}
/** For those alone who add a file. */
const loadSending = (): Promise<typeof import("./sending/tus")> => import("./sending/tus");
const next = (): Item | undefined => items.find(({ state }) => state === "waiting");

async function sealedBy(sealer: Sealer, item: Item): Promise<Pick<Sending, "file" | "told">> {
  const { file, sealed } = await sealer(item.file, item.name);
  return { file, told: { sealed } };
}

async function sendOne(item: Item, { token, sealer, added }: Destination): Promise<void> {
  item.state = "sending";
  const gone = (): boolean => !items.includes(item);
  try {
    const { file, told } =
      item.sending ?? (sealer ? await sealedBy(sealer, item) : { file: item.file, told: { filename: item.name } });
    item.sending ??= { file, told, permit: await permitUploads(token), url: "" };
    const { size } = item.sending.file;
    const { send } = await loadSending();
    await send(item.sending, (sent) => (item.percent = Math.floor((sent / size) * 100)), gone);
    if (gone()) return;
    item.state = "done";
    last.value = item;
    added();
  } catch (error) {
    item.problem = asProblem(error);
    item.state = "failed";
    if (item.problem.code === "not_found") item.sending = null; // the day is over: announced anew
    last.value = item;
  }
}

export function remove(item: Item): void {
  items.splice(items.indexOf(item), 1);
  const { sending } = item;
  if (sending && item.state !== "done") void loadSending().then(({ giveUp }) => giveUp(sending));
}
