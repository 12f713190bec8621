// What leaves this device with a sealed tip: the allowed leaves and no others, whatever the draft holds.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import identity from "../../../../tests/vectors/identity-i1.json";
import allowed from "../../../../tests/vectors/sealed-clear.json";
import vectors from "../../../../tests/vectors/sealed-s1.json";
import { deriveLookup } from "../../shared/receiptCode";
import { fromBase64url, privateKey } from "../../shared/sealedIdentity";
import { openAsAgency, type ToAgency } from "../../shared/sealedTip";
import type { Receipt, Region, Tip } from "../api";
import { type Draft, emptyDraft, emptyOfficial, emptySubject, toTip } from "../form/draft";
import { outgoing } from "../form/outgoing";
import { forgetEnvelope } from "../form/sealing";
import { forgetSubmission, submit } from "../form/submission";
import { send } from "../files/sending/tus";
import { clear, object, objection, open, rate, receipt, text, write } from "../receipt/session";
import { forgetSealed, sealTip } from "./sealing";

const SENTINEL = "哨兵";
const agency = { id: "0198c5a0-0000-7000-8000-0000000000a1", name: `${SENTINEL}纪委` };
const county: Region = { code: "430102", name: `${SENTINEL}区`, level: "county", leaf: false };
const township: Region = { code: "430102001", name: `${SENTINEL}街道`, level: "township", leaf: true };
const lookup = deriveLookup(vectors.reply.code);

/** Each field of the form holds something that may not leave in clear; one that is added to the form is filled by itself. */
function filled<T extends object>(empty: T, chosen: Partial<T>): T {
  const words = Object.entries(empty).map(
    ([name, value]) => [name, typeof value === "string" ? `${SENTINEL}-${name}` : value] as const,
  );
  return { ...Object.fromEntries(words), ...chosen } as T;
}

const CHOSEN: Partial<Draft> = {
  conduct: "sheltering",
  regions: [county, township],
  when: "ongoing",
  day: "2026-03-03",
  time: "14:05",
  known: "yes",
  subjects: [filled(emptySubject(), { kind: "person" })],
  hideFrom: [{ id: "0198c5a0-0000-7000-8000-0000000000a2", name: `${SENTINEL}分局` }],
  officials: [filled(emptyOfficial(), {})],
  sealedTo: agency,
  stay: "sealed",
};
const draft = (): Draft => filled(emptyDraft(), CHOSEN);

/** The same with a field in every place that nobody knows of. */
function withUnknown<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withUnknown) as T;
  if (typeof value !== "object" || value === null) return value;
  const inner = Object.entries(value).map(([name, one]) => [name, withUnknown<unknown>(one)]);
  return { ...Object.fromEntries(inner), plate: `${SENTINEL}-plate` } as T;
}

/** JSON pointers to all that a body has, a null and a list too. */
function leaves(value: unknown, at = ""): string[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [at];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, `${at}/${name}`));
}

const bodies = new Map<string, string>();
let headers = new Headers();
let answer: object = {};

async function api(url: string, init?: RequestInit): Promise<Response> {
  const path = url.replace("/api/v1", "").split("?")[0] ?? "";
  if (init?.method === "POST") {
    bodies.set(path, typeof init.body === "string" ? init.body : "");
    headers = new Headers(init.headers);
  }
  const answers: Record<string, object> = {
    "/public/identity-key": { key: { version: 1, suite: "i1", public_key: identity.public_key } },
    "/public/sealed-keys": {
      items: [{ id: vectors.key_id, suite: "s1", public_key: vectors.agency.public_key, agency }],
      reason: null,
    },
    "/public/tips": { tip_id: "t", received_at: "2026-03-03T10:00:00+08:00" },
  };
  return new Response(JSON.stringify(answers[path] ?? answer), {
    status: 201,
    headers: { Location: "/there", "Upload-Offset": "9" },
  });
}

beforeEach(() => vi.stubGlobal("fetch", api));
afterEach(() => {
  vi.unstubAllGlobals();
  forgetSubmission();
  forgetSealed();
  forgetEnvelope();
  clear();
  bodies.clear();
});

async function sentOf(given: Draft): Promise<Record<string, unknown>> {
  await submit((made) => outgoing(given, made, [], `${SENTINEL}只有日期`));
  return JSON.parse(bodies.get("/public/tips") ?? "") as Record<string, unknown>;
}

describe.each([
  ["the form holds", draft()],
  ["the form holds, and fields that nobody knows of", withUnknown(draft())],
])("a sealed tip of all that %s", (_, given) => {
  test("leaves with the allowed leaves, and the server's list is the same", async () => {
    const body = await sentOf(given);
    expect(leaves(body).sort()).toEqual(allowed.tip);
    expect(body).toMatchObject({
      region_code: "430102",
      conduct: "sheltering",
      occurred: { at: "2026-03-03T00:00:00+08:00" },
      channel_id: null,
    });
    expect(JSON.stringify(body)).not.toMatch(/哨兵|14:05|ongoing|430102001/);
  });
});

test("whatever a tip of the API gets to hold stays out as well", async () => {
  const made = await lookup;
  const envelope: Tip["identity"] = { suite: "i1", key_version: 1, envelope: "B" };
  const tip = withUnknown({ ...toTip(draft(), made.tokenHash, [], "", envelope), channel_id: agency.id });
  const body = await sealTip(tip, draft(), made);
  expect(leaves(body).sort()).toEqual(allowed.tip);
  expect(JSON.stringify(body)).not.toContain(SENTINEL);
});

test("what was told is in the envelope instead", async () => {
  const made = await lookup;
  const { sealed } = await sealTip(toTip(draft(), made.tokenHash, [], ""), draft(), made);
  const own = await privateKey(fromBase64url(vectors.agency.secret), fromBase64url(vectors.agency.public_key));
  const told = await openAsAgency<Tip & { region: string }>(
    { own, publicKey: vectors.agency.public_key },
    "tip",
    made.tokenHash,
    sealed as ToAgency,
  );
  expect(told).toMatchObject({
    region: `${SENTINEL}区${SENTINEL}街道`,
    narrative: `${SENTINEL}-narrative`,
    place: `${SENTINEL}-place`,
    sector: `${SENTINEL}-sector`,
  });
  expect(told.occurred).toMatchObject({ kind: "ongoing", note: `${SENTINEL}-whenNote` });
  expect(told.subjects[0]).toMatchObject({ name: `${SENTINEL}-name`, post: `${SENTINEL}-post` });
});

describe("on the receipt of a sealed tip", () => {
  beforeEach(async () => {
    const { public_key, secret } = vectors.reporter;
    const { wrapReply } = await import("../../shared/sealedTip");
    const made = await lookup;
    const reply = await wrapReply(made.replyKey, fromBase64url(vectors.reply.nonce), public_key, fromBase64url(secret));
    const sealed = { agency: agency.name, key_id: vectors.key_id, public_key: vectors.agency.public_key, reply };
    answer = { messages: [], answer: null, files: [], sealed } satisfies Partial<Receipt>;
    await open(made);
    expect(receipt.value?.sealed).toEqual(sealed);
  });

  test.each([
    ["messages", async () => ((text.value = SENTINEL), write())],
    ["objection", async () => ((objection.value = SENTINEL), object())],
  ] as const)("%s leave in envelopes", async (path, act) => {
    await act();
    const body = bodies.get(`/public/receipts/${path}`) ?? "";
    expect([...leaves(JSON.parse(body)), "/tip_id"].sort()).toEqual(allowed.message); // staff say whose reporter is meant
    expect(body).not.toContain(SENTINEL);
  });

  test("a judgement leaves without words", async () => {
    await rate(false, SENTINEL);
    const { line, ...body } = JSON.parse(bodies.get("/public/receipts/rating") ?? "") as { line: unknown };
    expect(line).toBeNull();
    expect(leaves(body).sort()).toEqual(allowed.rating);
  });
});

test("a sealed file is announced by its envelope and its size, without name and type", async () => {
  const file = new Blob(["x".repeat(9)], { type: "audio/mp4" });
  const permit = {
    upload_token: "t",
    url: "/api/v1/public/uploads",
    expires_at: "",
    max_file_bytes: 99,
    left_bytes: 99,
  };
  await send(
    { file, told: { sealed: "{}" }, permit, url: "" },
    () => undefined,
    () => false,
  );
  const said = (headers.get("Upload-Metadata") ?? "").split(",").map((pair) => pair.split(" ")[0]);
  expect(said).toEqual(allowed.upload);
  expect([...headers.keys()].map((name) => name.toLowerCase()).sort()).toEqual([
    "tus-resumable",
    "upload-length",
    "upload-metadata",
    "upload-token",
  ]);
});
