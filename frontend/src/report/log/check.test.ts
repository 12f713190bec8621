// The check of a receipt, with answers made from the shared vectors: what is good, what waits, and what is a lie.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import raw from "../../../../tests/vectors/log-v1.json";
import { check, forgetSeen, promised } from "./check";
import { forget, kept, remember } from "./memory";

const { log, proof, by } = raw.receipt;
const HASH = "Zmh6rfhivXdsj8GLjp-OIAiXFIVu4jOzkCpZHQ1fKSU"; // SHA-256 of the vectors' token, 32 zero bytes
const IN_TIME = (by - 3600) * 1000;
type Answers = Record<string, unknown>;

let answers: Answers;

function serve(more: Answers = {}): void {
  answers = { "/log/keys": { key: raw.key, witnesses: [] }, "/log/proof/inclusion": proof, ...more };
}

beforeEach(() => {
  vi.useFakeTimers({ now: IN_TIME, toFake: ["Date"] });
  forget();
  forgetSeen();
  serve();
  vi.stubGlobal("fetch", async (address: string) => {
    const path = address.replace("/api/v1", "").replace(/\?.*/, "");
    const answer = answers[path];
    if (typeof answer === "number") return Response.json({}, { status: answer });
    if (answer === undefined) throw new TypeError("no line");
    return Response.json(answer);
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const verdict = async (entry: typeof log | (Omit<typeof log, "index"> & { index: null }) = log): Promise<string> =>
  (await check(entry, HASH)).verdict;

test("an entry that is in the signed log is good", async () => {
  expect(await check(log, HASH)).toMatchObject({ verdict: "good", size: 8, by: new Date(by * 1000), key: raw.key });
});

test("an entry that is not in yet waits until the promised time, and is a broken promise after it", async () => {
  const early = { ...log, index: null };
  expect(await verdict(early)).toBe("waiting");
  vi.setSystemTime((by + 2 * 3600) * 1000);
  expect(await verdict(early)).toBe("bad");
});

test.each([
  ["the entry was changed", { ...log, entry: log.entry.replace('"lead":null', '"lead":"x"') }],
  ["the salt is another one", { ...log, salt: log.promise.split("\n")[2] ?? "" }],
  ["the promise is a checkpoint", { ...log, promise: raw.checkpoint }],
])("%s: bad", async (_, entry) => {
  expect(await verdict(entry)).toBe("bad");
});

test.each([
  ["the leaf is in another tree", { "/log/proof/inclusion": { ...proof, checkpoint: raw.checkpoint } }],
  ["the path is another one", { "/log/proof/inclusion": { ...proof, hashes: proof.hashes.slice(1) } }],
  ["the place is another one", { "/log/proof/inclusion": { ...proof, index: 5 } }],
  ["what is said to be signed is not there", { "/log/proof/inclusion": 404 }],
])("%s: bad", async (_, lie) => {
  serve(lie);
  expect(await verdict()).toBe("bad");
});

test("a log that shrank below what this page saw is bad", async () => {
  expect(await verdict()).toBe("good");
  serve({ "/log/proof/consistency": 422 });
  expect(await verdict()).toBe("bad");
  serve({ "/log/proof/consistency": 404 });
  expect(await verdict()).toBe("bad");
});

test("a log that was made anew at the size that this device kept is bad", async () => {
  remember({ key: raw.key, checkpoint: raw.checkpoint, promises: {} });
  serve({ "/log/proof/consistency": { old: 8, size: 8, hashes: [], checkpoint: proof.checkpoint } });
  expect(await verdict()).toBe("bad");
});

test("another key than the one that this device kept is bad", async () => {
  remember({ key: raw.key.replace("huiyin", "other"), promises: {} });
  expect(await verdict()).toBe("bad");
});

test("another promise than the one that this device kept is bad", async () => {
  remember({ key: raw.key, promises: { [HASH]: raw.checkpoint } });
  expect(await verdict()).toBe("bad");
});

test("a device that remembers keeps the newest checkpoint after a good check", async () => {
  remember({ key: raw.key, promises: { [HASH]: log.promise } });
  expect(await verdict()).toBe("good");
  expect(kept.value?.checkpoint).toBe(proof.checkpoint);
});

test("no answer and no Ed25519 are no alarm", async () => {
  serve({ "/log/proof/inclusion": 503 });
  expect(await verdict()).toBe("unreachable");
  vi.spyOn(crypto.subtle, "importKey").mockRejectedValue(new DOMException("", "NotSupportedError"));
  expect(await verdict()).toBe("unsupported");
  vi.restoreAllMocks();
});

test("the page after sending tells the date that was signed, or nothing", async () => {
  expect(await promised(log.promise)).toEqual({ key: raw.key, by: new Date(by * 1000) });
  expect(await promised(raw.checkpoint)).toBeNull();
});
