// Problem documents: known ones, proxies' answers without one, and a dropped line.
import { expect, test } from "vitest";

import { asProblem, offlineProblem, problemFrom } from "./problem";

test("a validation problem names its fields", () => {
  const problem = problemFrom(422, {
    type: "urn:huiyin:problem:validation",
    title: "Invalid",
    status: 422,
    detail: "1 field",
    errors: [{ pointer: "/narrative", code: "string_too_long", detail: "too long", ctx: { max_length: 50000 } }],
  });
  expect(problem.code).toBe("validation");
  expect(problem.field("/narrative")?.ctx).toEqual({ max_length: 50000 });
  expect(problem.field("/title")).toBeUndefined();
  expect(problem.retryable).toBe(false);
});

test("members beyond the standard ones are kept", () => {
  const problem = problemFrom(409, {
    type: "urn:huiyin:problem:wrong_state",
    state: "closed",
    allowed_actions: ["reopen"],
  });
  expect(problem.members).toEqual({ state: "closed", allowed_actions: ["reopen"] });
});

test("without a document the status decides", () => {
  expect(problemFrom(502, null).code).toBe("internal");
  expect(problemFrom(502, "<html>").retryable).toBe(true);
  expect(problemFrom(413, null).code).toBe("too_large");
  expect(problemFrom(429, {}, "30").retryAfter).toBe(30);
});

test("a dropped line is a problem too", () => {
  expect(offlineProblem(new TypeError("Failed to fetch"))).toMatchObject({
    code: "offline",
    status: 0,
    retryable: true,
  });
  expect(asProblem(new Error("boom")).code).toBe("internal");
  expect(asProblem(offlineProblem(null)).code).toBe("offline");
});
