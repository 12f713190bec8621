// HEIC and AVIF (ISO/IEC 14496-12, 23008-12): everything stays where it is, since places are told by number; what is not
// the picture becomes zeros.
import { ascii, Malformed, viewOf } from "./bytes";

const FREE = [0x66, 0x72, 0x65, 0x65];

interface Box {
  type: string;
  /** Where it begins, where its content does, and where it ends. */
  at: number;
  body: number;
  end: number;
}

const TOP = new Set(["ftyp", "meta", "mdat", "free"]);
const IN_META = new Set(["hdlr", "pitm", "iinf", "iref", "iprp", "iloc", "idat", "grpl", "free"]);
/** Coded pictures, and those that are put together of others; not Exif, XMP (mime) or links (uri). */
const ITEMS = new Set(["hvc1", "av01", "avc1", "grid", "iden", "iovl", "tmap"]);
/** How it is drawn: size, turn, decoder, colour by numbers or profile. */
const PROPERTIES = new Set([
  "ispe",
  "hvcC",
  "av1C",
  "avcC",
  "pixi",
  "irot",
  "imir",
  "colr",
  "clap",
  "pasp",
  "auxC",
  "clli",
  "mdcv",
  "free",
  "lsel",
]);

function boxes(bytes: Uint8Array, from: number, to: number): Box[] {
  const view = viewOf(bytes);
  const found: Box[] = [];
  for (let at = from; at + 8 <= to;) {
    let size = view.getUint32(at);
    let body = at + 8;
    if (size === 1) {
      size = Number(view.getBigUint64(at + 8));
      body = at + 16;
    }
    const end = size === 0 ? to : at + size;
    if (end > to || end < body) throw new Malformed();
    found.push({ type: ascii(bytes, at + 4, 4), at, body, end });
    at = end;
  }
  return found;
}

/** Zeros, called free space: the standard's own name for what nobody reads (14496-12, 8.1.2). */
function freed(bytes: Uint8Array, box: Box): void {
  bytes.set(FREE, box.at + 4);
  bytes.fill(0, box.body, box.end);
}

function keptIn(bytes: Uint8Array, all: Box[], kept: ReadonlySet<string>): Box[] {
  for (const box of all) if (!kept.has(box.type)) freed(bytes, box);
  return all.filter((box) => kept.has(box.type));
}

/** Numbers of the items that are pictures; names and kinds of the others become zeros. */
function pictures(bytes: Uint8Array, iinf: Box): Set<number> {
  const view = viewOf(bytes);
  const first = iinf.body + (bytes[iinf.body] === 0 ? 6 : 8);
  const found = new Set<number>();
  for (const infe of boxes(bytes, first, iinf.end)) {
    const version = bytes[infe.body]!;
    if (version < 2) throw new Malformed();
    const long = version > 2;
    const type = infe.body + (long ? 10 : 8);
    if (ITEMS.has(ascii(bytes, type, 4)))
      found.add(long ? view.getUint32(infe.body + 4) : view.getUint16(infe.body + 4));
    else bytes.set(FREE, type); // a kind that no reader knows: an Exif item of zeros would be an error
    bytes.fill(0, type + 4, infe.end); // its name
  }
  return found;
}

type Range = [from: number, to: number];

/** Where the content of these items stands, in the file or in `idat` (8.11.3). */
function places(bytes: Uint8Array, iloc: Box, items: ReadonlySet<number>, idat: number): Range[] {
  const view = viewOf(bytes);
  const version = bytes[iloc.body]!;
  const sizes = view.getUint16(iloc.body + 4);
  let at = iloc.body + 6;
  const take = (size: number): number => {
    at += size;
    if (size === 0) return 0;
    return size === 2
      ? view.getUint16(at - 2)
      : size === 4
        ? view.getUint32(at - 4)
        : Number(view.getBigUint64(at - 8));
  };
  const [offset, length, base, index] = [sizes >> 12, (sizes >> 8) & 15, (sizes >> 4) & 15, version ? sizes & 15 : 0];
  const ranges: Range[] = [];
  for (let left = take(version < 2 ? 2 : 4); left > 0; left--) {
    const item = take(version < 2 ? 2 : 4);
    const inIdat = version > 0 && (take(2) & 15) === 1;
    if (take(2)) throw new Malformed(); // content in another file
    const start = take(base) + (inIdat ? idat : 0);
    for (let extents = take(2); extents > 0; extents--) {
      take(index);
      const from = start + take(offset);
      const to = from + take(length);
      if (items.has(item)) ranges.push([from, to]);
    }
  }
  return ranges;
}

/** Zeros wherever none of the ranges is. */
function keepOnly(bytes: Uint8Array, box: Box, ranges: readonly Range[]): void {
  let at = box.body;
  for (const [from, to] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (to <= at || from >= box.end) continue;
    bytes.fill(0, at, Math.max(at, from));
    at = Math.min(to, box.end);
  }
  bytes.fill(0, at, box.end);
}

/** Throws Malformed. */
export function bareHeif(original: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(original);
  const top = keptIn(bytes, boxes(bytes, 0, bytes.length), TOP);
  const meta = top.find(({ type }) => type === "meta");
  if (!meta) throw new Malformed();
  const inside = keptIn(bytes, boxes(bytes, meta.body + 4, meta.end), IN_META);
  const only = (type: string): Box | undefined => inside.find((box) => box.type === type);
  const [iinf, iloc, iprp, idat] = [only("iinf"), only("iloc"), only("iprp"), only("idat")];
  if (!iinf || !iloc || !iprp) throw new Malformed();
  for (const ipco of boxes(bytes, iprp.body, iprp.end).filter(({ type }) => type === "ipco")) {
    keptIn(bytes, boxes(bytes, ipco.body, ipco.end), PROPERTIES);
  }
  const ranges = places(bytes, iloc, pictures(bytes, iinf), idat?.body ?? 0);
  if (!ranges.length) throw new Malformed();
  for (const box of [...top.filter(({ type }) => type === "mdat"), ...(idat ? [idat] : [])]) {
    keepOnly(bytes, box, ranges);
  }
  return bytes;
}
