// What the browser's part is made of: the same packages at every installation, each for a reason.
import { expect, test } from "vitest";
import manifest from "../package.json";

const versions: Record<string, string> = { ...manifest.dependencies, ...manifest.devDependencies };

test.each(Object.entries(versions))("%s is named with its exact version (%s)", (_, version) => {
  expect(version).toMatch(/^\d+\.\d+\.\d+$/);
});

test("each package has its reason, and no reason is left of one that went", () => {
  expect(Object.keys(manifest["//"]["why each is here"]).sort()).toEqual(Object.keys(versions).sort());
});
