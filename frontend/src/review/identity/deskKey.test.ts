// The desk's key: what Python and the library made opens here, what is made here comes back, and nothing else does.
import { describe, expect, test } from "vitest";

import vectors from "../../../../tests/vectors/identity-i1.json";
import { fingerprint } from "../../shared/fingerprint";
import { base64url } from "../../shared/receiptCode";
import { deskInfo, sealIdentity } from "../../shared/sealedIdentity";
import { fromKept, newKeyPair, openWithDesk, recovered, sharesOf, unwrap, wrap, type Wrapping } from "./deskKey";

const pair = fromKept(vectors.secret, vectors.public_key);
const info = deskInfo(vectors.version, vectors.token_hash);

describe("known answers", () => {
  test.each(vectors.envelopes)(
    "an envelope sealed by $sealed_by opens ($identity.name)",
    async ({ envelope, identity }) => {
      expect(await openWithDesk(pair, info, envelope)).toEqual(identity);
    },
  );

  test.each([
    ["here", vectors.wrapping],
    ["by Python", vectors.wrapping_by_python],
  ])("a key wrapped %s is unwrapped by its passphrase", async (_, kept) => {
    const found = await unwrap(vectors.public_key, kept as Wrapping, vectors.passphrase);
    expect(base64url(found!.secret)).toBe(vectors.secret);
  });

  test("any three of the five shares give the key", async () => {
    const [a, b, c, d, e] = vectors.shares;
    for (const three of [
      [a, b, c],
      [e, b, d],
      [c, e, a],
    ])
      expect(base64url(await recovered(three as string[]))).toBe(vectors.secret);
    expect(base64url(await recovered([a!, b!]))).not.toBe(vectors.secret);
  });

  test("the fingerprint is the one that was noted", async () => {
    expect(await fingerprint(vectors.public_key)).toBe(vectors.fingerprint);
  });
});

describe("a key made here", () => {
  test("opens what is sealed to it, for this version and this tip alone", async () => {
    const own = await newKeyPair();
    const told = { name: "测试丁", contacts: "", document: "" };
    const { envelope } = await sealIdentity({ version: 1, public_key: own.publicKey }, vectors.token_hash, told);
    const bound = deskInfo(1, vectors.token_hash);
    expect(await openWithDesk(own, bound, envelope)).toEqual(told);
    await expect(openWithDesk(own, deskInfo(2, vectors.token_hash), envelope)).rejects.toThrow();
    await expect(openWithDesk(own, deskInfo(1, `A${vectors.token_hash.slice(1)}`), envelope)).rejects.toThrow();
    await expect(openWithDesk(await newKeyPair(), bound, envelope)).rejects.toThrow();
  });

  test("stays wrapped for a wrong passphrase, and for another public key", async () => {
    const own = await newKeyPair();
    const kept = await wrap(own, "a long passphrase");
    expect(await unwrap(own.publicKey, kept, "a long passphrase.")).toBeNull();
    expect(await unwrap(vectors.public_key, kept, "a long passphrase")).toBeNull();
    expect((await unwrap(own.publicKey, kept, "ａ long passphrase"))?.secret).toEqual(own.secret);
  });

  test("is shared out in five texts that all differ and name its version", async () => {
    const texts = await sharesOf(await newKeyPair(), 12);
    expect(new Set(texts).size).toBe(5);
    for (const text of texts) expect(text).toMatch(/^HY1-12: ([0-9a-f]{6} ){12}[0-9a-f]{2}$/);
  });
});
