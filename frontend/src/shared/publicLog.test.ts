// The log's checks against vectors that another construction made (tests/vectors/make_log.py), and against lies.
import { describe, expect, test } from "vitest";

import raw from "../../../tests/vectors/log-v1.json";
import {
  checkpointOf,
  type Inclusion,
  leafOf,
  LogFault,
  promiseOf,
  signedText,
  verifyConsistency,
  verifyInclusion,
} from "./publicLog";

interface Vectors {
  leaves: string[];
  roots: string[];
  inclusion: { index: number; size: number; hashes: string[] }[];
  consistency: { old: number; size: number; hashes: string[] }[];
  key: string;
  checkpoint: string;
  cosigned: string;
  receipt: {
    token: string;
    leaf: string;
    by: number;
    log: { entry: string; salt: string; promise: string };
    proof: Inclusion;
  };
}
const vectors: Vectors = raw;
const at = (size: number) => ({ size, root: vectors.roots[size] ?? "" });
const OTHER = vectors.roots[3] ?? "";

async function hash(entry: string): Promise<string> {
  const raw = Uint8Array.from([0, ...Uint8Array.from(atob(entry), (char) => char.charCodeAt(0))]);
  return btoa(String.fromCharCode(...new Uint8Array(await crypto.subtle.digest("SHA-256", raw))));
}
async function tokenHash(): Promise<string> {
  const raw = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(32)));
  return btoa(String.fromCharCode(...raw))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

describe("proofs", () => {
  test.each(vectors.inclusion)(
    "leaf $index of $size is in the tree, and no other leaf, place, path or tree will do",
    async ({ index, size, hashes }) => {
      const leaf = await hash(vectors.leaves[index] ?? "");
      await verifyInclusion(leaf, index, at(size), hashes);
      const lies: [string, number, ReturnType<typeof at>, string[]][] = [
        [OTHER, index, at(size), hashes],
        [leaf, index + 1, at(size), hashes],
        [leaf, index, at(size), [...hashes, OTHER]],
        [leaf, index, { size, root: OTHER === at(size).root ? leaf + "x" : OTHER }, hashes],
      ];
      if (hashes.length > 0) lies.push([leaf, index, at(size), hashes.slice(1)]);
      for (const lie of lies) await expect(verifyInclusion(...lie)).rejects.toThrow(LogFault);
    },
  );

  test.each(vectors.consistency)(
    "the tree of $size extends the one of $old, and nothing else",
    async ({ old, size, hashes }) => {
      await verifyConsistency(at(old), at(size), hashes);
      const lies: [ReturnType<typeof at>, ReturnType<typeof at>, string[]][] = [
        [{ size: old, root: vectors.leaves[1] ?? "" }, at(size), hashes],
        [at(old), { size, root: vectors.roots[0] ?? "" }, hashes],
        [at(old), at(size), [...hashes, OTHER]],
        [{ size: size + 1, root: OTHER }, at(size), hashes],
      ];
      for (const lie of lies) await expect(verifyConsistency(...lie)).rejects.toThrow(LogFault);
    },
  );
});

describe("notes", () => {
  test("a checkpoint is read if the log signed it, cosigned or not", async () => {
    expect(await checkpointOf(vectors.checkpoint, vectors.key)).toEqual(at(8));
    expect(await checkpointOf(vectors.cosigned, vectors.key)).toEqual(at(8));
  });

  test.each([
    ["another size", vectors.checkpoint.replace("\n8\n", "\n9\n")],
    ["another name", vectors.checkpoint.replace("— log.example/huiyin", "— log.example/other")],
    ["no signature", vectors.checkpoint.slice(0, vectors.checkpoint.indexOf("\n\n"))],
    ["a promise", vectors.receipt.log.promise],
    ["nothing", ""],
  ])("%s is no checkpoint", async (_, note) => {
    await expect(checkpointOf(note, vectors.key)).rejects.toThrow(LogFault);
  });

  test("a checkpoint is no promise", async () => {
    await expect(promiseOf(vectors.checkpoint, vectors.key)).rejects.toThrow(LogFault);
  });

  test("another key's signature is none", async () => {
    const key = vectors.key.replace(/\+[^+]*$/, `+${btoa(String.fromCharCode(1, ...new Uint8Array(32).fill(7)))}`);
    await expect(signedText(vectors.checkpoint, key)).rejects.toThrow();
  });
});

describe("a receipt", () => {
  const { log, leaf, by, proof } = vectors.receipt;

  test("opens its own leaf, which was promised and is in the log", async () => {
    expect(await leafOf(log, await tokenHash())).toBe(leaf);
    expect(await promiseOf(log.promise, vectors.key)).toEqual({ leaf, by: new Date(by * 1000) });
    await verifyInclusion(leaf, proof.index, await checkpointOf(proof.checkpoint, vectors.key), proof.hashes);
  });

  test("does not take another receipt's entry, nor one that was touched", async () => {
    await expect(leafOf(log, "A".repeat(43))).rejects.toThrow(LogFault);
    const touched = { ...log, entry: log.entry.replace('"lead":null', '"lead":"x"') };
    expect(await leafOf(touched, await tokenHash())).not.toBe(leaf);
  });
});
