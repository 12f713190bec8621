// Envelopes of sealed tips: the bytes that Python makes, one of six sizes, and nothing opens out of its place.
import { createHash } from "node:crypto";

import { describe, expect, test } from "vitest";

import vectors from "../../../tests/vectors/sealed-s1.json";
import { deriveLookup } from "./receiptCode";
import { fromBase64url, privateKey } from "./sealedIdentity";
import {
  newReplyKey,
  openAsAgency,
  openAsReporter,
  openPieces,
  pad,
  PIECE,
  type Reader,
  reporterOf,
  resealed,
  sealBody,
  sealPieces,
  sealToAgency,
  sealToBoth,
  type What,
  wrapReply,
} from "./sealedTip";

const { binding, key_id } = vectors;
const agency = { key_id, public_key: vectors.agency.public_key };

async function reader(who: { secret: string; public_key: string }): Promise<Reader> {
  return { own: await privateKey(fromBase64url(who.secret), fromBase64url(who.public_key)), publicKey: who.public_key };
}
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe.each(vectors.envelopes)("$what", (vector) => {
  const what = vector.what as What;

  test("is the very body that Python makes, and opens for both readers with the keys that Python sealed", async () => {
    const body = await sealBody(fromBase64url(vector.content_key), what, binding, vector.told);
    expect(body.length).toBe(vector.body_bytes);
    expect(sha(body)).toBe(vector.body_sha256);
    const text = Buffer.from(body).toString("base64url");
    const { to_agency, to_reporter } = vector;
    expect(await openAsAgency(await reader(vectors.agency), what, binding, { key_id, to_agency, body: text })).toEqual(
      vector.told,
    );
    expect(await openAsReporter(await reader(vectors.reporter), what, binding, { to_reporter, body: text })).toEqual(
      vector.told,
    );
  });

  test("opens for nothing else", async () => {
    const sealed = await sealToBoth(agency, vectors.reporter.public_key, what, binding, vector.told);
    const own = await reader(vectors.agency);
    const other = what === "tip" ? "file" : "tip";
    await expect(openAsAgency(own, other, binding, sealed)).rejects.toThrow();
    await expect(openAsAgency(own, what, binding.split("").reverse().join(""), sealed)).rejects.toThrow();
    await expect(openAsAgency(await reader(vectors.reporter), what, binding, sealed)).rejects.toThrow();
    await expect(openAsReporter(own, what, binding, { ...sealed, to_reporter: sealed.to_agency })).rejects.toThrow();
    await expect(openAsReporter(await reader(vectors.reporter), other, binding, sealed)).rejects.toThrow();
  });
});

test("what is sealed to a later key is the same content", async () => {
  const later = { key_id: "0198c5a0-0000-7000-8000-00000000000b", public_key: vectors.reporter.public_key };
  const sealed = await sealToAgency(agency, "tip", binding, { narrative: "x" });
  const to_agency = await resealed(await reader(vectors.agency), key_id, later, "tip", binding, sealed.to_agency);
  const again = { ...sealed, key_id: later.key_id, to_agency };
  expect(await openAsAgency(await reader(vectors.reporter), "tip", binding, again)).toEqual({ narrative: "x" });
});

test("what is too long is refused before anything is sent", () => {
  expect(() => pad({ text: "长".repeat(180_000) })).toThrow(RangeError);
});

test("the code gives the key that wraps the reporter's own, and another code does not open it", async () => {
  const { replyKey } = await deriveLookup(vectors.reply.code);
  const { secret, public_key } = vectors.reporter;
  const wrapped = await wrapReply(replyKey, fromBase64url(vectors.reply.nonce), public_key, fromBase64url(secret));
  expect(wrapped).toEqual({ public_key, nonce: vectors.reply.nonce, wrapped: vectors.reply.wrapped });
  expect((await reporterOf(replyKey, wrapped)).publicKey).toBe(public_key);
  const fresh = await newReplyKey(replyKey);
  expect((await reporterOf(replyKey, fresh)).publicKey).toBe(fresh.public_key);
  const other = await deriveLookup("12345678901234567890");
  await expect(reporterOf(other.replyKey, wrapped)).rejects.toThrow();
});

describe("a file", () => {
  const key = fromBase64url(vectors.pieces.key);

  test.each(vectors.pieces.files)(
    "of $zeros bytes is sealed as Python does, and opens again",
    async ({ zeros, bytes, sha256 }) => {
      const sealed = await sealPieces(key, new Blob([new Uint8Array(zeros)]));
      const raw = new Uint8Array(await sealed.arrayBuffer());
      expect(raw.length).toBe(bytes);
      expect(sha(raw)).toBe(sha256);
      const opened = await openPieces(key, new Blob([raw]).stream(), raw.length, "image/png");
      expect([opened.size, opened.type]).toEqual([zeros, "image/png"]);
    },
  );

  test("that was cut off, changed or put in another order does not open", async () => {
    const raw = new Uint8Array(await (await sealPieces(key, new Blob([new Uint8Array(PIECE + 9)]))).arrayBuffer());
    const whole = PIECE + 16;
    const wrong = [
      raw.slice(0, whole),
      raw.slice(whole),
      raw.slice(0, -1),
      new Uint8Array([...raw.slice(whole), ...raw.slice(0, whole)]),
    ];
    for (const bytes of wrong)
      await expect(openPieces(key, new Blob([bytes]).stream(), bytes.length, "")).rejects.toThrow();
    await expect(openPieces(key, new Blob([raw.slice(0, whole)]).stream(), raw.length, "")).rejects.toThrow();
  });
});
