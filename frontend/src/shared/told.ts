// Told as told: what is kept of characters that people do not type, by the server's own rule (kit/text/fields.py).

/** Line and paragraph separators, Word's soft break, next line and form feed are line breaks; a tab is a blank. */
export function told(text: string): string {
  return text.replace(/\r\n|[\r\v\f\x85\u2028\u2029]/g, "\n").replace(/\t/g, " ");
}

/** For a field of one line: a break is a blank, so that nothing is joined. */
export function toldInLine(text: string): string {
  return told(text).replace(/\n+/g, " ").trim();
}

/** Where a character stands that nobody sees and the server refuses, marked ▯ among its neighbours; "" where none does. */
export function unseen(text: string): string {
  const kept = toldInLine(text);
  const at = kept.search(/\p{Cc}|\p{Cs}/u);
  return at < 0 ? "" : kept.slice(Math.max(0, at - 8), at + 9).replace(/\p{Cc}|\p{Cs}/gu, "▯");
}
