// Receipt code: drawing, reading what people type, and the derivation against vectors computed in Python.
import { describe, expect, test } from "vitest";

import vectors from "../../../tests/vectors/receipt-r1.json";
import {
  CODE_LENGTH,
  deriveLookup,
  groupReceiptCode,
  newReceiptCode,
  normaliseReceiptCode,
  receiptCodeFault,
} from "./receiptCode";

describe("drawing a code", () => {
  test("a code is twenty decimal digits", () => {
    for (let draw = 0; draw < 50; draw += 1) expect(newReceiptCode()).toMatch(/^[0-9]{20}$/);
  });

  test("bytes that would favour the low digits are thrown away", () => {
    const code = newReceiptCode((bytes) =>
      bytes.forEach((_, place) => (bytes[place] = place % 2 ? 250 + (place % 6) : place)),
    );
    expect(code).toHaveLength(CODE_LENGTH);
    expect(code.startsWith("0246802468024680")).toBe(true);
  });

  test("every digit comes up about equally often", () => {
    const counts = Array.from({ length: 10 }, () => 0);
    for (let draw = 0; draw < 2000; draw += 1) for (const digit of newReceiptCode()) counts[Number(digit)]! += 1;
    for (const count of counts) expect(Math.abs(count - 4000)).toBeLessThan(400); // 6.7 standard deviations
  });
});

describe("reading a code", () => {
  test.each([
    ["1234 5678 9012 3456 7890"],
    ["1234-5678-9012-3456-7890"],
    ["1234–5678—9012－3456 7890"],
    ["１２３４ ５６７８ ９０１２ ３４５６ ７８９０"],
    ["\u20681234\u00a05678\u200b9012\u30003456\n7890\u2069"],
  ])("%j is understood", (typed) => {
    expect(normaliseReceiptCode(typed)).toBe("12345678901234567890");
    expect(receiptCodeFault(typed)).toBeNull();
  });

  test("what is wrong is told apart", () => {
    expect(receiptCodeFault("  ")).toBe("empty");
    expect(receiptCodeFault("1234 5678 9O12 3456 7890")).toBe("not_digits");
    expect(receiptCodeFault("1234 5678")).toBe("too_short");
    expect(receiptCodeFault("1234 5678 9012 3456 7890 1")).toBe("too_long");
  });

  test("a code is shown in groups of four", () => {
    expect(groupReceiptCode("12345678901234567890")).toBe("1234 5678 9012 3456 7890");
    expect(groupReceiptCode("12345")).toBe("1234 5");
    expect(groupReceiptCode("")).toBe("");
  });
});

describe("suite r1", () => {
  test.each(vectors.vectors)("$code gives the token that Python computes", async (vector) => {
    expect(await deriveLookup(vector.code)).toMatchObject({ token: vector.token, tokenHash: vector.token_hash });
  });
});
