// A share as it stands on its sheet, and what the register keeps of it: a hash by which its custodian can check it.
import { base64url } from "../../shared/receiptCode";

const utf8 = new TextEncoder();
const CHECKSUM = 8; // digits at the end that show a mistyped share
const sha256 = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest("SHA-256", utf8.encode(text)));

export const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function checksum(version: number, hex: string): Promise<string> {
  return hexOf((await sha256(`huiyin/share/${version}/${hex}`)).subarray(0, CHECKSUM / 2));
}

/** "HY1-3: 0a1b2c …": key version, the share in groups, and four bytes that show a mistyped one. */
export async function writeShare(version: number, share: Uint8Array): Promise<string> {
  const hex = hexOf(share);
  const groups = (hex + (await checksum(version, hex))).match(/.{1,6}/g) ?? [];
  return `HY1-${version}: ${groups.join(" ")}`;
}

/** The share's own digits, without the checksum. */
export const digitsOf = (text: string): string => (text.split(":")[1] ?? "").replaceAll(" ", "").slice(0, -CHECKSUM);

/** What the register keeps of a share (ADR 0036): it shows whether a sheet is the right one, and tells nothing of it. */
async function commitment(publicKey: string, number: number, hex: string): Promise<string> {
  return base64url(await sha256(`huiyin/share-commitment/${publicKey}/${number}/${hex}`));
}

/** Of each share, by its place: the first stands on sheet 1. */
export function commitmentsTo(publicKey: string, shares: string[]): Promise<string[]> {
  return Promise.all(shares.map((text, at) => commitment(publicKey, at + 1, digitsOf(text))));
}

/** What is wrong with what somebody typed from a sheet: nothing, its form, another version, a digit, or another sheet. */
export type Typed = "right" | "form" | "version" | "mistyped" | "other";
export interface Sheet {
  version: number;
  number: number;
  public_key: string;
  commitment: string;
}

export async function checkTyped(text: string, sheet: Sheet): Promise<Typed> {
  const found = /^hy1-(\d{1,5}):([0-9a-f]{74})$/.exec(text.normalize("NFKC").replace(/\s/g, "").toLowerCase());
  const told = found?.[2];
  if (!told) return "form";
  if (Number(found[1]) !== sheet.version) return "version";
  const hex = told.slice(0, -CHECKSUM);
  if ((await checksum(sheet.version, hex)) !== told.slice(-CHECKSUM)) return "mistyped";
  return (await commitment(sheet.public_key, sheet.number, hex)) === sheet.commitment ? "right" : "other";
}
