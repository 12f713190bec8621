// A JPEG (ITU-T T.81, annex B) with what is needed to draw it, and nothing else: no Exif, XMP, IPTC, comment or thumbnail.
import { ascii, joined, Malformed, viewOf } from "./bytes";

const SOS = 0xda;
const EOI = 0xd9;
/** Tables, frames, restart interval, number of lines; of arithmetic coding too. */
const isDrawn = (marker: number): boolean =>
  (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || [0xdb, 0xdc, 0xdd, 0xde, SOS].includes(marker);

const JFIF = new Uint8Array([0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1, 1, 0, 0, 1, 0, 1, 0, 0]);

/** An Exif segment that says how the picture is turned, and nothing else (Exif 2.32, 4.6.4; TIFF 6.0). */
function turned(orientation: number): Uint8Array {
  // prettier-ignore
  return new Uint8Array([
    0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x4d, 0x4d, 0, 42, 0, 0, 0, 8,
    0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0,
  ]);
}

/** How an Exif segment says that the picture is turned: 1 to 8, 1 where it says nothing. */
function orientationOf(segment: Uint8Array): number {
  const tiff = segment.subarray(10);
  const view = viewOf(tiff);
  const little = ascii(tiff, 0, 2) === "II";
  try {
    const directory = view.getUint32(4, little);
    for (let entry = 0; entry < view.getUint16(directory, little); entry++) {
      const at = directory + 2 + entry * 12;
      if (view.getUint16(at, little) === 0x0112) return view.getUint16(at + 8, little);
    }
  } catch {
    // A broken Exif part says nothing.
  }
  return 1;
}

/** Where coded data ends: at the next marker that is neither a stuffed byte nor a restart (B.1.1.5). */
function endOfScan(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length - 1; at++) {
    const next = bytes[at + 1]!;
    if (bytes[at] === 0xff && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return bytes.length;
}

/** Throws Malformed. */
export function bareJpeg(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const view = viewOf(bytes);
  const drawn: Uint8Array[] = [];
  let jfif = false;
  let orientation = 1;
  let scans = 0;
  for (let at = 2; at < bytes.length - 1;) {
    if (bytes[at] !== 0xff) throw new Malformed();
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at += 1; // any number of fill bytes
      continue;
    }
    if (marker === EOI) break;
    if (at + 4 > bytes.length) break;
    let end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.subarray(at, end);
    const name = ascii(bytes, at + 4, 6);
    if (marker === 0xe0 && name.startsWith("JFIF")) jfif = true;
    if (marker === 0xe1 && name.startsWith("Exif")) orientation = orientationOf(segment);
    if (marker === SOS) {
      end = endOfScan(bytes, end);
      scans += 1;
    }
    // APP14 of Adobe says whether colours were transformed; without it some pictures turn green.
    if (isDrawn(marker) || (marker === 0xee && name.startsWith("Adobe"))) drawn.push(bytes.subarray(at, end));
    at = end;
  }
  if (!scans) throw new Malformed();
  const head = [bytes.subarray(0, 2), ...(jfif ? [JFIF] : [])];
  if (orientation >= 2 && orientation <= 8) head.push(turned(orientation));
  return joined([...head, ...drawn, new Uint8Array([0xff, EOI])]);
}
