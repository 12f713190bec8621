// Files that the reporter chose: in memory from the question on, sent one after the other once there is a tip for them.
import { reactive, ref } from "vue";

import { asProblem } from "../../api/problem";
import { permitUploads, type Sealer } from "../api";
import { onLeave, warnWhile } from "../leave";
import { type MessageKey, t } from "../messages";
import { problemText } from "../problems";
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
  said: string;
  sending: Sending | null;
}
/** The tip that files are for. */
export interface Destination {
  token: string;
  sealer: Sealer | null;
  added: () => void;
}

export const items = reactive<Item[]>([]);
/** The last thing that happened, for who cannot see the list. */
export const announced = ref("");
const SAID: Record<string, MessageKey> = {
  too_large: "files.tooLarge",
  validation: "files.empty",
  not_found: "files.again",
  offline: "files.broken",
};
let lastId = 0;
let photos = 0;
let running = false;

/** Forgets all files; what is on its way stops. */
export function forgetFiles(): void {
  for (const { preview } of items) URL.revokeObjectURL(preview);
  items.length = 0;
}
onLeave(forgetFiles);
warnWhile(() => items.some(({ state }) => state !== "done"));

export async function choose(chosen: readonly File[], asTheyAre: boolean): Promise<void> {
  for (const file of chosen) {
    const clean = asTheyAre ? null : await cleanedPhoto(file);
    // A camera's file name tells the time, so a cleaned photo gets a name of its own.
    const name = clean ? `${t("files.photo")}-${++photos}.${clean.type.slice(6).replace("jpeg", "jpg")}` : file.name;
    const state = clean || (asTheyAre && file.type.startsWith("image/")) ? "waiting" : "asking";
    const preview = clean ? URL.createObjectURL(clean) : "";
    items.push({ id: ++lastId, name, file: clean ?? file, state, percent: 0, preview, said: "", sending: null });
  }
}

/** Null where it is no photo, or cannot be cleaned: then it is asked whether it shall go as it is. */
async function cleanedPhoto(file: File): Promise<Blob | null> {
  try {
    return await (await import("./photo/photo")).cleaned(file);
  } catch {
    return null;
  }
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
    announced.value = t("files.done", { name: item.name });
    added();
  } catch (error) {
    const problem = asProblem(error);
    item.state = "failed";
    const key = SAID[problem.code];
    item.said = key ? t(key) : problemText(problem);
    if (problem.code === "not_found") item.sending = null; // the day is over: announced anew
    announced.value = `${item.name}: ${item.said}`;
  }
}

export function remove(item: Item): void {
  items.splice(items.indexOf(item), 1);
  const { sending } = item;
  if (sending && item.state !== "done") void loadSending().then(({ giveUp }) => giveUp(sending));
}
