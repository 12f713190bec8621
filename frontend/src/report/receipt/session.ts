// One opened receipt: token and content in memory only, cleared by leaving.
import { told } from "../../shared/told";
import { shallowRef } from "vue";

import { idempotencyKey } from "../../api/idempotency";
import type { Lookup } from "../../shared/receiptCode";
import type { What } from "../../shared/sealedTip";
import { objectToAnswer, openReceipt, rateAnswer, type Receipt, type Words, writeMessage } from "../api";
import { onLeave, warnWhile } from "../leave";
import { loadSealed } from "../sealed/load";

export const receipt = shallowRef<Receipt | null>(null);
/** When the shown content came from the server. */
export const asOf = shallowRef<Date | null>(null);
/** What is being written: kept here so that a refresh does not lose it. */
export const text = shallowRef("");
export const objection = shallowRef("");

/** Of the opened token, base64url: what the server knows it by, and the log. */
export const tokenHash = shallowRef("");

let token = "";
let replyKey: CryptoKey | null = null;
interface Intent {
  text: string;
  key: string;
  words: Words;
}
let intent: Intent | null = null;
let objecting: Intent | null = null;

/** The parts of a receipt whose change a reader wants to be told of. */
export function isNews(before: Receipt, after: Receipt): boolean {
  const staff = ({ messages }: Receipt): number => messages.filter(({ from }) => from === "staff").length;
  return (
    before.stage !== after.stage ||
    staff(before) < staff(after) ||
    before.objection?.decided_at !== after.objection?.decided_at ||
    (!before.answer && after.answer !== null)
  );
}

function keep(answer: Receipt): void {
  receipt.value = answer;
  asOf.value = new Date();
}

/** What came from the server, what is sealed in it opened here. */
async function readable(answer: Receipt, hash: string, key: CryptoKey | null): Promise<Receipt> {
  if (!answer.sealed || !key) return answer;
  return (await loadSealed()).unsealed(answer, { tokenHash: hash, replyKey: key });
}

/** What was written, as it goes out: of a sealed tip in an envelope. */
async function wordsFor(what: What, said: string): Promise<Words> {
  const now = receipt.value;
  if (!now?.sealed) return { text: said };
  return { sealed: await (await loadSealed()).sealWords(now, tokenHash.value, what, said) };
}

export async function open({ token: lookupToken, tokenHash: hash, replyKey: key }: Lookup): Promise<void> {
  const answer = await readable(await openReceipt(lookupToken), hash, key);
  token = lookupToken;
  tokenHash.value = hash;
  replyKey = key;
  keep(answer);
}

/** Asks again; true when there is something new. */
export async function refresh(): Promise<boolean> {
  const asked = token;
  const before = receipt.value;
  if (!before) return false;
  const answer = await readable(await openReceipt(asked), tokenHash.value, replyKey);
  if (asked !== token) return false; // left meanwhile
  keep(answer);
  return isNews(before, answer);
}

/** Sends what was written; the same text keeps its key over retries, so it arrives once. */
export async function write(): Promise<void> {
  const words = told(text.value).trim();
  const asked = token;
  if (intent?.text !== words)
    intent = { text: words, key: idempotencyKey(), words: await wordsFor("message/reporter", words) };
  const answer = await readable(await writeMessage(asked, intent.words, intent.key), tokenHash.value, replyKey);
  if (asked !== token) return;
  intent = null;
  text.value = "";
  keep(answer);
}

/** Says whether the answer satisfies; a later word replaces the earlier one, so that a retry does no harm. */
export async function rate(satisfied: boolean, line: string): Promise<void> {
  const asked = token;
  const said = receipt.value?.sealed ? "" : line; // of a sealed tip the judgement alone
  const answer = await readable(await rateAnswer(asked, satisfied, said), tokenHash.value, replyKey);
  if (asked === token) keep(answer);
}

/** Objects, once. */
export async function object(): Promise<void> {
  const words = told(objection.value).trim();
  const asked = token;
  if (objecting?.text !== words)
    objecting = { text: words, key: idempotencyKey(), words: await wordsFor("message/objection", words) };
  const answer = await readable(await objectToAnswer(asked, objecting.words, objecting.key), tokenHash.value, replyKey);
  if (asked !== token) return;
  objecting = null;
  objection.value = "";
  keep(answer);
}

/** What opened the receipt, for adding files to its tip. */
export const held = (): string => token;

export function clear(): void {
  token = tokenHash.value = "";
  replyKey = null;
  intent = objecting = null;
  objection.value = "";
  receipt.value = null;
  asOf.value = null;
  text.value = "";
}

onLeave(clear);
warnWhile(() => (text.value + objection.value).trim() !== "");
