// PNG and WebP with the chunks that draw them, and nothing else.
import { ascii, joined, Malformed, viewOf } from "./bytes";

/** PNG 3rd edition, 11: picture, palette, transparency, colour space by numbers, animation. No text, time, Exif, profile. */
const PNG = new Set(["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "cICP", "acTL", "fcTL", "fdAT"]);

/** Throws Malformed. What stands behind the picture's end is left out. */
export function barePng(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = viewOf(bytes);
  const parts = [bytes.subarray(0, 8)];
  for (let at = 8; at + 12 <= bytes.length;) {
    const end = at + 12 + view.getUint32(at);
    const type = ascii(bytes, at + 4, 4);
    if (end > bytes.length) throw new Malformed();
    if (PNG.has(type)) parts.push(bytes.subarray(at, end));
    if (type === "IEND") return joined(parts);
    at = end;
  }
  throw new Malformed();
}

/** RFC 9649, 2.7: coded pictures, transparency, animation. No profile, Exif, XMP, or what is unknown. */
const WEBP = new Set(["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"]);
const SAYS_ALPHA_OR_ANIMATION = 0b0001_0010;

function chunksOf(bytes: Uint8Array, from: number): Uint8Array[] {
  const view = viewOf(bytes);
  const parts: Uint8Array[] = [];
  for (let at = from; at + 8 <= bytes.length;) {
    const type = ascii(bytes, at, 4);
    const end = at + 8 + view.getUint32(at + 4, true);
    if (end > bytes.length) throw new Malformed();
    const chunk = bytes.slice(at, end + (end % 2 && end < bytes.length ? 1 : 0));
    if (type === "VP8X") chunk[8]! &= SAYS_ALPHA_OR_ANIMATION;
    if (WEBP.has(type)) parts.push(type === "ANMF" ? frame(chunk) : chunk);
    at = end + (end % 2);
  }
  return parts;
}

/** One picture of an animation: 16 bytes of where and how long, then chunks. */
function frame(chunk: Uint8Array): Uint8Array {
  const whole = joined([chunk.subarray(0, 24), ...chunksOf(chunk, 24)]);
  viewOf(whole).setUint32(4, whole.length - 8, true);
  return whole;
}

/** Throws Malformed. */
export function bareWebp(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const length = viewOf(bytes).getUint32(4, true) + 8;
  const whole = joined([bytes.subarray(0, 12), ...chunksOf(bytes.subarray(0, length), 12)]);
  if (whole.length <= 12) throw new Malformed();
  viewOf(whole).setUint32(4, whole.length - 8, true);
  return whole;
}
