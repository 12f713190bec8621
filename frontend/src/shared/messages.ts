// A typed `t()` over flat message files: keys are checked by the compiler, `{name}` is filled in.
export type Fill = Readonly<Record<string, string | number>>;

/** Puts values into a message's `{name}` places; a place without a value stays, so that a test sees it. */
export function fillIn(message: string, values?: Fill): string {
  if (!values) return message;
  return message.replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = values[name];
    return value === undefined ? place : String(value);
  });
}
