// The work is what the server's library checks, is done once for every proof that is asked for, and loses nothing.
import { readFileSync } from "node:fs";

import { afterEach, expect, test, vi } from "vitest";

import { ApiProblem } from "../api/problem";
import { begin, type Challenge, solve, withWork, working } from "./work";

interface Vector {
  challenge: Challenge;
  solution: { counter: number; derivedKey: string };
}
const { vectors } = JSON.parse(readFileSync("../tests/vectors/altcha-2.json", "utf8")) as { vectors: Vector[] };
const [first, second] = vectors as [Vector, Vector];

const asks = (of: Vector, reason = "missing"): ApiProblem =>
  new ApiProblem("proof_required", 428, "", [], { challenge: of.challenge, reason });
const counterOf = (proof?: string): number | null =>
  proof ? (JSON.parse(atob(proof)) as Vector).solution.counter : null;

let path = 0;
const fresh = (): string => `/path/${path++}`;
afterEach(() => expect(working.value).toBe(false));

test.each(vectors)("the number of the shared vector is found: $solution.counter", async (vector) => {
  expect(JSON.parse(atob(await solve(vector.challenge)))).toEqual(vector);
});

test("a challenge that nothing solves ends", async () => {
  const parameters = { ...first.challenge.parameters, keyPrefix: "00".repeat(16) };
  await expect(solve({ ...first.challenge, parameters })).rejects.toThrow("no number");
});

test("without being asked nothing is done", async () => {
  const post = vi.fn(async () => "done");
  expect(await withWork(fresh(), post)).toBe("done");
  expect(post.mock.calls).toEqual([[undefined]]);
});

test("asked for work, the same is sent again with it, and asked for more, with more", async () => {
  const post = vi
    .fn<(proof?: string) => Promise<string>>()
    .mockRejectedValueOnce(asks(first))
    .mockRejectedValueOnce(asks(second, "too_easy"))
    .mockResolvedValue("done");
  expect(await withWork(fresh(), post)).toBe("done");
  expect(post.mock.calls.map(([proof]) => counterOf(proof))).toEqual([
    null,
    first.solution.counter,
    second.solution.counter,
  ]);
});

test("work begun early goes out with the first try, and is not asked for twice", async () => {
  const at = fresh();
  const ask = vi.fn(async () => second.challenge);
  await begin(at, ask);
  await begin(at, ask);
  const post = vi.fn(async (proof?: string) => counterOf(proof));
  expect(await withWork(at, post)).toBe(second.solution.counter);
  expect(ask).toHaveBeenCalledTimes(1);
  expect(await withWork(at, post)).toBe(null);
});

test("after a refusal for the content the proof still serves", async () => {
  const at = fresh();
  await begin(at, async () => first.challenge);
  const refusal = new ApiProblem("validation", 422, "");
  await expect(withWork(at, () => Promise.reject(refusal))).rejects.toBe(refusal);
  expect(await withWork(at, async (proof) => counterOf(proof))).toBe(first.solution.counter);
});

test("work that cannot be asked for early stops nobody", async () => {
  const at = fresh();
  await begin(at, () => Promise.reject(new Error("offline")));
  expect(await withWork(at, async (proof) => counterOf(proof))).toBe(null);
});

test("a server that is never content ends as a problem", async () => {
  await expect(withWork(fresh(), () => Promise.reject(asks(first)))).rejects.toBeInstanceOf(ApiProblem);
});
