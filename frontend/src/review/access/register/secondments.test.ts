// The form of a secondment against the API's own description.
import { expect, test } from "vitest";
import openapi from "../../../../../docs/api/openapi.json";
import { blankSecondment, missingOf, SECONDABLE, secondmentBody } from "./secondments";

const schemas = openapi.components.schemas;
const full = {
  officer_id: "o",
  roles: ["verifier"],
  from: "2026-12-01",
  to: "2027-06-01",
  undertaking_number: " 12号 ",
  undertaking_signed_on: "2026-11-20",
};

test("offers the roles that the API seconds, and no other", () => {
  expect(new Set<string>(SECONDABLE)).toEqual(new Set(schemas.SecondableRole.enum));
});

test("sends every field that the API takes, the last day to its end", () => {
  const body = secondmentBody(full, "office");
  expect(new Set(Object.keys(body))).toEqual(new Set(Object.keys(schemas.NewSecondment.properties)));
  expect(body).toMatchObject({
    from: "2026-12-01T00:00:00+08:00",
    to: "2027-06-01T23:59:59+08:00",
    undertaking_number: "12号",
  });
});

test("asks for everything: a term without an undertaking is no secondment", () => {
  expect(missingOf(blankSecondment())).toEqual([
    "officer_id",
    "roles",
    "from",
    "to",
    "undertaking_number",
    "undertaking_signed_on",
  ]);
  expect(missingOf({ ...full, undertaking_number: "  " })).toEqual(["undertaking_number"]);
  expect(missingOf(full)).toEqual([]);
});
