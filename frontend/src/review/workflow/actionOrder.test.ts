// The first button is the one that most officers came for.
import { expect, test } from "vitest";
import { inOrder } from "./actionOrder";
import "../leads/matter";
import { kindOf } from "./registry";

const action = (verb: string, confirm = false) => ({
  verb,
  allowed: true,
  blocked_code: null,
  blocked_detail: null,
  confirm,
});
const order = (...actions: ReturnType<typeof action>[]) =>
  inOrder(actions, kindOf("lead").aside).map((one) => one.verb);

test("the way forward comes before the ways off it", () => {
  expect(order(action("merge"), action("transfer_out"), action("decline"), action("register"))).toEqual([
    "register",
    "merge",
    "transfer_out",
    "decline",
  ]);
  expect(order(action("extend"), action("conclude"))).toEqual(["conclude", "extend"]);
  expect(order(action("send_back"), action("approve"))).toEqual(["approve", "send_back"]);
});

test("what waits for a second officer comes first", () => {
  expect(order(action("screen"), action("decline", true))).toEqual(["decline", "screen"]);
});

test("a verb that is not known here leads on", () => {
  expect(order(action("decline"), action("newly_made"))).toEqual(["newly_made", "decline"]);
});
