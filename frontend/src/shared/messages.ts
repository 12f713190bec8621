// A typed `t()` over flat message files: keys are checked by the compiler, `{name}` is filled in.
export type Fill = Readonly<Record<string, string | number>>;

/** Puts values into a message's `{name}` places; a place without a value stays, so that a test sees it. */
export function fillIn(message: string, values?: Fill): string {
  if (!values) return message;
  return message.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : isolated(value);
  });
}

/** A value whose marks of direction turn nothing round but itself (Unicode Bidirectional Algorithm, UAX 9, 2.4). */
export function isolated(value: string | number): string {
  const text = String(value);
  return /[\u202a-\u202e\u2066-\u2069]/.test(text) ? `\u2068${text.replace(/[\u2066-\u2069]/g, "")}\u2069` : text;
}
