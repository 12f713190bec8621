// The reporter's side of a sealed tip: opening what the agency wrote, and sealing what is added.
import type { Lookup } from "../../shared/receiptCode";
import { openAsReporter, type Reader, reporterOf, sealToBoth, type What } from "../../shared/sealedTip";
import type { Receipt, Sealer } from "../api";
import { sealerFor } from "./sealing";
import { s } from "./texts";

type Kept = NonNullable<Receipt["messages"][number]["sealed"]>;
type Key = Pick<Lookup, "tokenHash" | "replyKey">;

async function opened<T>(reader: Reader, binding: string, kept: Kept, ...whats: What[]): Promise<T | null> {
  for (const what of whats) {
    try {
      return await openAsReporter<T>(reader, what, binding, kept);
    } catch {
      continue; // it is another, or none of these
    }
  }
  return null;
}

/** The receipt with all that is sealed opened in it; what does not open says so. Throws for another code. */
export async function unsealed(receipt: Receipt, { tokenHash, replyKey }: Key): Promise<Receipt> {
  if (!receipt.sealed) return receipt;
  const reader = await reporterOf(replyKey, receipt.sealed.reply);
  const words = async (kept: Kept, ...whats: What[]): Promise<string> =>
    (await opened<{ text: string }>(reader, tokenHash, kept, ...whats))?.text ?? s("unopened");
  return {
    ...receipt,
    messages: await Promise.all(
      receipt.messages.map(async (message) => {
        if (!message.sealed) return message;
        const whats: What[] = message.from === "staff" ? ["message/staff"] : ["message/reporter", "message/objection"];
        return { ...message, text: await words(message.sealed, ...whats) };
      }),
    ),
    answer: receipt.answer?.sealed
      ? { ...receipt.answer, text: await words(receipt.answer.sealed, "message/answer") }
      : receipt.answer,
    files: await Promise.all(
      receipt.files.map(async (file) => {
        if (!file.sealed) return file;
        return {
          ...file,
          name: (await opened<{ name: string }>(reader, tokenHash, file.sealed, "file"))?.name ?? s("unopened"),
        };
      }),
    ),
  };
}

/** Words for the agency, which the reporter can read again. */
export function sealWords(
  { sealed }: Receipt,
  tokenHash: string,
  what: What,
  text: string,
): Promise<Kept & { key_id: string; to_agency: string }> {
  if (!sealed) throw new RangeError("this tip is not sealed");
  return sealToBoth(sealed, sealed.reply.public_key, what, tokenHash, { text });
}

export function sealerOf({ sealed }: Receipt, tokenHash: string): Sealer | null {
  return sealed && sealerFor(sealed, sealed.reply.public_key, tokenHash);
}
