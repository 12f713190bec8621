// What a camera writes into a photo does not leave the device, also where the browser does not draw truly.
import { expect, test } from "vitest";

import raw from "../../../../../tests/vectors/photos-v1.json";
import { withoutMetadata } from "./photo";

const { sentinel, photos } = raw;
const kinds = Object.entries(photos);
const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
async function bare(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer> | null> {
  const blob = await withoutMetadata(new Blob([bytes]));
  return blob && new Uint8Array(await blob.arrayBuffer());
}

test.each(kinds)(
  "%s: the words are gone, the coded picture is there, and a second time changes nothing",
  async (kind, given) => {
    const before = bytesOf(given);
    expect(text(before)).toContain(sentinel);
    const after = await bare(before);
    expect(after).not.toBeNull();
    expect(text(after!)).not.toContain(sentinel);
    expect(text(after!)).not.toContain(sentinel.slice(9, 15));
    expect(await bare(after!)).toEqual(after);
    const coded: Record<string, (bytes: string) => string> = {
      jpeg: (all) => all.slice(all.indexOf("\xff\xda"), all.indexOf("\xff\xd9", all.indexOf("\xff\xda"))),
      png: (all) => all.slice(all.indexOf("IDAT"), all.indexOf("IEND")),
      webp: (all) => all.slice(all.indexOf("VP8 "), all.indexOf("EXIF") < 0 ? undefined : all.indexOf("EXIF")),
    };
    const part = coded[kind];
    if (part) expect(part(text(after!))).toBe(part(text(before)));
    else expect(after).toHaveLength(before.length); // places are told by number: nothing may move
  },
);

test("how the photo is turned stays", async () => {
  const after = await bare(bytesOf(photos.jpeg));
  expect(text(after!)).toContain("Exif\0\0MM\0*\0\0\0\b\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06");
});

test.each(kinds)("%s that is cut anywhere is cleaned, or refused: never sent with its words", async (_, given) => {
  const whole = bytesOf(given);
  for (let length = 0; length < whole.length; length += 7) {
    const after = await bare(whole.slice(0, length));
    if (after) expect(text(after)).not.toContain(sentinel);
  }
});

test.each([
  ["a text", "no photo"],
  ["nothing", ""],
  ["a JPEG with no picture in it", "\xff\xd8\xff\xd9"],
])("%s is no photo", async (_, content) => {
  expect(await bare(Uint8Array.from(content, (one) => one.charCodeAt(0)))).toBeNull();
});
