// Sends one file by tus 1.0 (creation, and PATCH of 1 MiB each), going on where it broke; tus-js-client weighs 14 KB.
import { ApiProblem, asProblem, offlineProblem, problemFrom } from "../../../api/problem";
import type { UploadPermit } from "../../api";

const PIECE = 1024 * 1024;
const WAITS = [1, 2, 4, 8, 15, 30]; // seconds; then the reporter is asked

export interface Sending {
  file: Blob;
  /** All that is said of it: its name, or of a sealed tip the envelope with name, type and key. */
  told: { filename: string } | { sealed: string };
  permit: UploadPermit;
  /** Where the file is being sent to; empty before it was announced. */
  url: string;
}

const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

async function ask(
  { permit }: Sending,
  method: string,
  url: string,
  headers: Record<string, string>,
  body?: Blob,
): Promise<Response> {
  const all = { "Tus-Resumable": "1.0.0", "Upload-Token": permit.upload_token, ...headers };
  const options = {
    method,
    headers: all,
    body,
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
  } as const;
  const response = await fetch(url, options).catch((error: unknown) => {
    throw offlineProblem(error);
  });
  if (response.ok) return response;
  throw problemFrom(response.status, await response.json().catch(() => null), response.headers.get("Retry-After"));
}

const offsetOf = (response: Response): number => Number(response.headers.get("Upload-Offset"));

/** How many bytes are there; announces the file first. */
async function begin(sending: Sending): Promise<number> {
  if (sending.url) return offsetOf(await ask(sending, "HEAD", sending.url, {}));
  const metadata =
    "sealed" in sending.told ? `sealed ${base64(sending.told.sealed)}` : `filename ${base64(sending.told.filename)}`;
  const announced = { "Upload-Length": String(sending.file.size), "Upload-Metadata": metadata };
  sending.url = (await ask(sending, "POST", sending.permit.url, announced)).headers.get("Location") ?? "";
  return 0;
}

/** Sends what is left of a file. Throws ApiProblem when it is refused or the line stays away; may then be called again. */
export async function send(sending: Sending, progress: (sent: number) => void, stopped: () => boolean): Promise<void> {
  let offset = -1;
  for (let failures = 0; !stopped();) {
    try {
      if (offset < 0) offset = await begin(sending);
      progress(offset);
      if (offset >= sending.file.size) return;
      const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(offset) };
      offset = offsetOf(await ask(sending, "PATCH", sending.url, headers, sending.file.slice(offset, offset + PIECE)));
      failures = 0;
    } catch (error) {
      const problem = error instanceof ApiProblem ? error : asProblem(error);
      const wait = WAITS[failures++];
      const goesOn = problem.retryable || problem.code === "offset_mismatch" || problem.code === "conflict";
      if (!goesOn || wait === undefined) throw problem;
      offset = -1; // what arrived is known by asking
      await new Promise((wake) => setTimeout(wake, wait * 1000));
    }
  }
}

/** Takes back what has not arrived whole; what cannot be told to the server it forgets within a day. */
export function giveUp(sending: Sending): void {
  if (sending.url) ask(sending, "DELETE", sending.url, {}).catch(() => undefined);
}
