// What a file may tell that its sender does not see, by its content: what becomes of it is said before it goes.
// The same kinds as the service knows (backend: tips/files/checks.py).

/** Document: staff get a copy without it. Old: an older document, of which there is no such copy. */
export type Hides = "document" | "old" | "other";

const HEAD = 8;
/** Where an archive lists its members (APPNOTE 4.3.16): at its end, after at most 64 KiB of remarks. */
const TAIL = 66_000;
const PARTS = ["[Content_Types].xml", "mimetypeapplication/vnd.oasis.opendocument.", "OFD.xml"];

export async function hides(file: Blob): Promise<Hides> {
  const head = await latin(file.slice(0, HEAD));
  if (head.startsWith("%PDF-")) return "document";
  if (head.startsWith("\xd0\xcf\x11\xe0") || head.startsWith("{\\rtf")) return "old";
  if (!head.startsWith("PK\x03\x04")) return "other";
  const listed = (await latin(file.slice(0, 200))) + (await latin(file.slice(-TAIL)));
  return PARTS.some((part) => listed.includes(part)) ? "document" : "other";
}

const latin = async (part: Blob): Promise<string> => new TextDecoder("latin1").decode(await part.arrayBuffer());
