// A share as somebody types it from the sheet: right, mistyped, of another version, or another sheet's.
import { expect, test } from "vitest";

import vectors from "../../../../tests/vectors/identity-i1.json";
import { checkTyped, commitmentsTo, type Sheet, writeShare } from "./share";

const sheet = (number: number): Sheet => ({
  version: vectors.version,
  number,
  public_key: vectors.public_key,
  commitment: vectors.share_commitments[number - 1] ?? "",
});
const share = (number: number): string => vectors.shares[number - 1] ?? "";

test("the commitments are those that Python makes", async () => {
  expect(await commitmentsTo(vectors.public_key, vectors.shares)).toEqual(vectors.share_commitments);
});

test("a share as it is printed is right, and as people type it too", async () => {
  for (const number of [1, 2, 3, 4, 5]) expect(await checkTyped(share(number), sheet(number))).toBe("right");
  expect(await checkTyped(` ${share(1).toLowerCase().replaceAll(" ", "\n")}`, sheet(1))).toBe("right");
  expect(await checkTyped(share(2).replace(":", "：").replace("0", "０"), sheet(2))).toBe("right");
});

test("what is wrong is said for what it is", async () => {
  expect(await checkTyped("", sheet(1))).toBe("form");
  expect(await checkTyped(share(1).slice(0, -1), sheet(1))).toBe("form");
  expect(await checkTyped(share(1).replace("HY1-3", "HY1-4"), sheet(1))).toBe("version");
  expect(await checkTyped(share(1).replace("2ddaee", "2ddaef"), sheet(1))).toBe("mistyped");
  expect(await checkTyped(share(2), sheet(1))).toBe("other");
  expect(await checkTyped(await writeShare(vectors.version, new Uint8Array(33)), sheet(1))).toBe("other");
  expect(await checkTyped(share(1), { ...sheet(1), public_key: vectors.envelopes[0]!.ephemeral_public! })).toBe(
    "other",
  );
});
