// One opened receipt: token and content in memory only, cleared by leaving.
import { shallowRef } from "vue";

import { idempotencyKey } from "../../api/idempotency";
import type { Lookup } from "../../shared/receiptCode";
import { objectToAnswer, openReceipt, rateAnswer, type Receipt, writeMessage } from "../api";
import { onLeave, warnWhile } from "../leave";

export const receipt = shallowRef<Receipt | null>(null);
/** When the shown content came from the server. */
export const asOf = shallowRef<Date | null>(null);
/** What is being written: kept here so that a refresh does not lose it. */
export const text = shallowRef("");
export const objection = shallowRef("");

/** Of the opened token, base64url: what the server knows it by, and the log. */
export const tokenHash = shallowRef("");

let token = "";
interface Intent { text: string; key: string }
let intent: Intent | null = null;
let objecting: Intent | null = null;

/** The parts of a receipt whose change a reader wants to be told of. */
export function isNews(before: Receipt, after: Receipt): boolean {
  const staff = ({ messages }: Receipt): number => messages.filter(({ from }) => from === "staff").length;
  return before.stage !== after.stage || staff(before) < staff(after) || before.objection?.decided_at !== after.objection?.decided_at || (!before.answer && after.answer !== null);
}

function keep(answer: Receipt): void {
  receipt.value = answer;
  asOf.value = new Date();
}

export async function open({ token: lookupToken, tokenHash: hash }: Lookup): Promise<void> {
  const answer = await openReceipt(lookupToken);
  token = lookupToken;
  tokenHash.value = hash;
  keep(answer);
}

/** Asks again; true when there is something new. */
export async function refresh(): Promise<boolean> {
  const asked = token;
  const before = receipt.value;
  if (!before) return false;
  const answer = await openReceipt(asked);
  if (asked !== token) return false; // left meanwhile
  keep(answer);
  return isNews(before, answer);
}

/** Sends what was written; the same text keeps its key over retries, so it arrives once. */
export async function write(): Promise<void> {
  const words = text.value.trim();
  if (intent?.text !== words) intent = { text: words, key: idempotencyKey() };
  const asked = token;
  const answer = await writeMessage(asked, words, intent.key);
  if (asked !== token) return;
  intent = null;
  text.value = "";
  keep(answer);
}

/** Says whether the answer satisfies; a later word replaces the earlier one, so that a retry does no harm. */
export async function rate(satisfied: boolean, line: string): Promise<void> {
  const asked = token;
  const answer = await rateAnswer(asked, satisfied, line);
  if (asked === token) keep(answer);
}

/** Objects, once. */
export async function object(): Promise<void> {
  const words = objection.value.trim();
  if (objecting?.text !== words) objecting = { text: words, key: idempotencyKey() };
  const asked = token;
  const answer = await objectToAnswer(asked, words, objecting.key);
  if (asked !== token) return;
  objecting = null;
  objection.value = "";
  keep(answer);
}

/** What opened the receipt, for adding files to its tip. */
export const held = (): string => token;

export function clear(): void {
  token = tokenHash.value = "";
  intent = objecting = null;
  objection.value = "";
  receipt.value = null;
  asOf.value = null;
  text.value = "";
}

onLeave(clear);
warnWhile(() => (text.value + objection.value).trim() !== "");
