// What sealed tips need, loaded only for those who may choose it or have one.
import { offlineProblem } from "../../api/problem";

export type SealedParts = typeof import("./parts");

/** Throws ApiProblem when offline; may then be called again. */
export async function loadSealed(): Promise<SealedParts> {
  try {
    const parts = await import("./parts");
    await parts.loadTexts();
    return parts;
  } catch (error) {
    throw offlineProblem(error);
  }
}
