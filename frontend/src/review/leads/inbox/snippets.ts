// A snippet cut into pieces, each found or not. The server counts Unicode characters; strings here count UTF-16 units.
import type { Snippet } from "../../lib/types";

export interface Piece {
  text: string;
  hit: boolean;
}

export function pieces({ text, matches }: Pick<Snippet, "text" | "matches">): Piece[] {
  const characters = [...text];
  const cut: Piece[] = [];
  let at = 0;
  const put = (to: number, hit: boolean): void => {
    if (to > at) cut.push({ text: characters.slice(at, to).join(""), hit });
    at = Math.max(at, to);
  };
  for (const [from, to] of matches) {
    put(from ?? 0, false);
    put(to ?? 0, true);
  }
  put(characters.length, false);
  return cut;
}
