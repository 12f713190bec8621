// Sending over a bad line: against a small stand-in for the API at the fetch boundary that registers by key.
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { ApiProblem } from "../../api/problem";
import { forgetSubmission, phase, receipt, submit } from "./submission";

type Line = "good" | "dropped before" | "dropped after" | "refused";

const registered = new Map<string, string>();
let line: Line = "good";

const answer = (status: number, body: object): Response => new Response(JSON.stringify(body), { status });

async function api(_: unknown, init?: RequestInit): Promise<Response> {
  const key = new Headers(init?.headers).get("Idempotency-Key") ?? "";
  const body = String(init?.body);
  if (line === "dropped before") throw new TypeError("Failed to fetch");
  if (line === "refused") return answer(422, { type: "urn:huiyin:problem:validation", errors: [] });
  if (registered.has(key) && registered.get(key) !== body)
    return answer(422, { type: "urn:huiyin:problem:idempotency_mismatch" });
  registered.set(key, body);
  if (line === "dropped after") throw new TypeError("Failed to fetch");
  return answer(201, { tip_id: "t", received_at: "2026-03-03T10:00:00+08:00" });
}

const say = (narrative: string) =>
  submit(async ({ tokenHash }) => ({ narrative, token_hash: tokenHash, sealed: null }));
const code = (): Promise<string> => say("…").then(() => receipt.value?.code ?? "");

beforeEach(() => vi.stubGlobal("fetch", api));
afterEach(() => {
  vi.unstubAllGlobals();
  forgetSubmission();
  registered.clear();
  line = "good";
});

test("a tip is sent with its token's hash and never with the code", async () => {
  const kept = await code();
  expect(kept).toMatch(/^[0-9]{20}$/);
  const [body = ""] = registered.values();
  expect(JSON.parse(body)).toMatchObject({ narrative: "…", token_hash: expect.stringMatching(/^[\w-]{43}$/) });
  expect(body).not.toContain(kept);
  expect(receipt.value?.earlier).toBe(false);
});

test.each<Line>(["dropped before", "dropped after"])(
  "a line %s the answer, then a retry: one tip, one code",
  async (fault) => {
    line = fault;
    await expect(say("…")).rejects.toMatchObject({ code: "offline", retryable: true });
    expect(phase.value).toBe("idle");
    line = "good";
    await say("…");
    expect(registered.size).toBe(1);
    expect(receipt.value).toMatchObject({ earlier: false });
  },
);

test("changed after an attempt that had arrived after all: its receipt is shown, and that it is the earlier one", async () => {
  line = "dropped after";
  await expect(say("first")).rejects.toBeInstanceOf(ApiProblem);
  line = "good";
  await say("second");
  expect(registered.size).toBe(1);
  expect([...registered.values()][0]).toContain("first");
  expect(receipt.value?.earlier).toBe(true);
});

test("whichever of several attempts had arrived, its receipt is found", async () => {
  line = "dropped before";
  await expect(say("first")).rejects.toBeInstanceOf(ApiProblem);
  line = "dropped after";
  await expect(say("second")).rejects.toBeInstanceOf(ApiProblem);
  line = "good";
  await say("third");
  expect([...registered.values()]).toEqual([expect.stringContaining("second")]);
  expect(receipt.value?.earlier).toBe(true);
});

test("changed after an attempt that never arrived: the new version is sent", async () => {
  line = "dropped before";
  await expect(say("first")).rejects.toBeInstanceOf(ApiProblem);
  line = "good";
  await say("second");
  expect([...registered.values()][0]).toContain("second");
  expect(receipt.value?.earlier).toBe(false);
});

test("after a refusal the corrected version goes out", async () => {
  line = "refused";
  await expect(say("first")).rejects.toMatchObject({ code: "validation" });
  line = "good";
  await say("second");
  expect(registered.size).toBe(1);
  expect(receipt.value?.earlier).toBe(false);
});

test("leaving while a tip is on its way leaves no receipt behind", async () => {
  const sending = say("…");
  forgetSubmission();
  await sending;
  expect(receipt.value).toBeNull();
});
