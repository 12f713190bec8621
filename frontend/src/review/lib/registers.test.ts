// A region's ancestors are read off its code.
import { expect, test } from "vitest";
import { regionChain } from "./registers";

test.each([
  ["430000", ["430000"]],
  ["430100", ["430000", "430100"]],
  ["430102", ["430000", "430100", "430102"]],
  ["430102001", ["430000", "430100", "430102", "430102001"]],
  ["", []],
])("%s lies in %j", (code, chain) => {
  expect(regionChain(code)).toEqual(chain);
});
