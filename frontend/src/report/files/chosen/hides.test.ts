import { expect, test } from "vitest";

import { hides } from "./hides";

const bytes = (text: string, tail = ""): Blob =>
  new Blob([Uint8Array.from(text + tail, (letter) => letter.charCodeAt(0))]);

test.each([
  ["a PDF", bytes("%PDF-1.7\n"), "document"],
  ["Word", bytes("PK\x03\x04", "word/document.xml[Content_Types].xmlPK\x05\x06"), "document"],
  ["OpenDocument", bytes("PK\x03\x04xxxxmimetypeapplication/vnd.oasis.opendocument.text"), "document"],
  ["OFD", bytes("PK\x03\x04", "OFD.xmlPK\x05\x06"), "document"],
  ["an old document", bytes("\xd0\xcf\x11\xe0\xa1\xb1"), "old"],
  ["rich text", bytes("{\\rtf1"), "old"],
  ["an archive", bytes("PK\x03\x04a.jpg", "PK\x05\x06"), "other"],
  ["a recording", bytes("#!AMR\n"), "other"],
  ["nothing", bytes(""), "other"],
])("what %s may tell is known by its content", async (_, file, kind) => {
  expect(await hides(file)).toBe(kind);
});
