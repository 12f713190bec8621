// A photo without place, time and device, which cameras write into files: drawn anew, or where the browser does not draw
// truly, with what is not the picture left out.
import { ascii, Malformed } from "./bytes";
import { barePng, bareWebp } from "./chunks";
import { bareHeif } from "./heif";
import { bareJpeg } from "./jpeg";

const MOST_PIXELS = 16_000_000; // what a canvas holds on every phone in use
const QUALITY = 0.9;

/**
 * Does a canvas give back what was drawn? Browsers that resist fingerprinting (Tor Browser) give noise or white, and the
 * officer would see stripes where the reporter saw a photo.
 */
export function canvasIsTrue(): boolean {
  const side = 16;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = side;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) return false;
  const pattern = context.createImageData(side, side);
  pattern.data.forEach((_, at) => (pattern.data[at] = at % 4 === 3 ? 255 : (at * 37) % 256));
  context.putImageData(pattern, 0, 0);
  const { data } = context.getImageData(0, 0, side, side);
  return pattern.data.every((value, at) => value === data[at]);
}

/** The picture alone as JPEG (PNG stays PNG); null where this browser cannot draw it. */
async function redrawn(file: Blob, type: string): Promise<Blob | null> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, Math.sqrt(MOST_PIXELS / (picture.width * picture.height)));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(picture.width * scale);
    canvas.height = Math.round(picture.height * scale);
    canvas.getContext("2d")?.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return await new Promise((done) => canvas.toBlob(done, type === "image/png" ? type : "image/jpeg", QUALITY));
  } catch {
    return null;
  }
}

type Bare = (bytes: Uint8Array) => Uint8Array<ArrayBuffer>;

/** The kind by content: what a browser says of a file goes by the name alone. */
function kindOf(head: Uint8Array): [type: string, bare: Bare] | null {
  if (head[0] === 0xff && head[1] === 0xd8) return ["image/jpeg", bareJpeg];
  if (ascii(head, 0, 8) === "\x89PNG\r\n\x1a\n") return ["image/png", barePng];
  if (ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 4) === "WEBP") return ["image/webp", bareWebp];
  if (ascii(head, 4, 4) !== "ftyp") return null;
  const brand = ascii(head, 8, 4);
  if (brand === "avif") return ["image/avif", bareHeif];
  return ["heic", "heix", "mif1", "msf1"].includes(brand) ? ["image/heic", bareHeif] : null;
}

/** The picture with nothing else, in its own kind; null where its bytes are not as the standard has it. */
export async function withoutMetadata(file: Blob): Promise<Blob | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  if (!kind) return null;
  try {
    return new Blob([kind[1](bytes)], { type: kind[0] });
  } catch (error) {
    if (error instanceof Malformed || error instanceof RangeError) return null;
    throw error;
  }
}

/** A photo without what its camera wrote; null for what is no photo, or cannot be cleaned. */
export async function cleaned(file: Blob): Promise<Blob | null> {
  const kind = kindOf(new Uint8Array(await file.slice(0, 16).arrayBuffer()));
  if (!kind) return null;
  return (canvasIsTrue() && (await redrawn(file, kind[0]))) || (await withoutMetadata(file));
}
