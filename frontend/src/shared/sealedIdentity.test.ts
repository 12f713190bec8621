// Sealing an identity: the very bytes of a library's HPKE, one size for everybody, and nothing too long.
import { describe, expect, test } from "vitest";

import vectors from "../../../tests/vectors/identity-i1.json";
import { base64url } from "./receiptCode";
import {
  deskInfo,
  ENVELOPE_BYTES,
  fromBase64url,
  hpkeSeal,
  type Identity,
  openingInfo,
  pad,
  PLAIN_BYTES,
  sealIdentity,
  unpad,
} from "./sealedIdentity";

const desk = { version: vectors.version, public_key: vectors.public_key };

async function ephemeral(d: string, point: string): Promise<CryptoKeyPair> {
  const raw = fromBase64url(point);
  const jwk = { kty: "EC", crv: "P-256", x: base64url(raw.subarray(1, 33)), y: base64url(raw.subarray(33)), d };
  const curve = { name: "ECDH", namedCurve: "P-256" };
  return {
    privateKey: await crypto.subtle.importKey("jwk", jwk, curve, false, ["deriveBits"]),
    publicKey: await crypto.subtle.importKey("raw", raw, curve, true, []),
  };
}

describe("suite i1", () => {
  test.each(vectors.envelopes.filter(({ sealed_by }) => sealed_by === "@hpke/core"))(
    "with the same ephemeral key the envelope is the library's, byte for byte ($identity.name)",
    async ({ identity, info, ephemeral: d, ephemeral_public: point, envelope }) => {
      const pair = await ephemeral(d ?? "", point ?? "");
      const sealed = await hpkeSeal(fromBase64url(desk.public_key), info, pad(identity), pair);
      expect(base64url(sealed)).toBe(envelope);
    },
  );

  test("what an envelope is bound to reads the same on both sides", () => {
    expect(deskInfo(vectors.version, vectors.token_hash)).toBe(vectors.envelopes[0]!.info);
    expect(openingInfo("0198c5a0-0000-7000-8000-000000000002")).toBe(
      "huiyin/opening/i1/0198c5a0-0000-7000-8000-000000000002",
    );
  });
});

describe("an envelope", () => {
  const told: Identity = { name: "测试乙", contacts: "电话", document: "" };

  test("is as large for somebody as for nobody, and never the same twice", async () => {
    const sealed = await Promise.all([told, null, null].map((one) => sealIdentity(desk, vectors.token_hash, one)));
    expect(sealed.map(({ envelope }) => fromBase64url(envelope).length)).toEqual([
      ENVELOPE_BYTES,
      ENVELOPE_BYTES,
      ENVELOPE_BYTES,
    ]);
    expect(new Set(sealed.map(({ envelope }) => envelope)).size).toBe(3);
    expect(sealed[0]).toMatchObject({ suite: "i1", key_version: 3 });
  });

  test("to a key that is no point of the curve is not made", async () => {
    const bad = { version: 1, public_key: base64url(new Uint8Array(65).fill(4)) };
    await expect(sealIdentity(bad, vectors.token_hash, told)).rejects.toThrow();
  });
});

describe("what is sealed", () => {
  test("comes back as it was told", () => {
    const told = { name: "测试丙", contacts: "“引号”\n第二行 😀", document: "X" };
    expect(unpad(pad(told))).toEqual(told);
    expect(unpad(pad(null))).toBeNull();
  });

  test("is refused when it would not fit, before anything is sent", () => {
    expect(() => pad({ name: "", contacts: "长".repeat(PLAIN_BYTES / 3), document: "" })).toThrow(RangeError);
  });

  test("is refused when its length points outside", () => {
    expect(() => unpad(new Uint8Array(PLAIN_BYTES).fill(255))).toThrow(RangeError);
    expect(() => unpad(new Uint8Array(10))).toThrow(RangeError);
  });
});
