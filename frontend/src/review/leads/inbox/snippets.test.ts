// Marks in what was found.
import { expect, test } from "vitest";
import { pieces } from "./snippets";

test("characters beyond the basic plane count as one", () => {
  expect(pieces({ text: "𠮷村收保护费", matches: [[2, 6]] })).toEqual([
    { text: "𠮷村", hit: false },
    { text: "收保护费", hit: true },
  ]);
});

test("nothing found is one piece, marks that touch stay apart", () => {
  expect(pieces({ text: "abc", matches: [] })).toEqual([{ text: "abc", hit: false }]);
  expect(
    pieces({
      text: "abc",
      matches: [
        [0, 1],
        [1, 2],
      ],
    }).map((piece) => piece.hit),
  ).toEqual([true, true, false]);
});
