// What sealed tips need, loaded only for those who may choose it or have one.
import { loadPart } from "../load";

export type SealedParts = typeof import("./parts");

/** Throws ApiProblem when offline; may then be called again. */
export const loadSealed = (): Promise<SealedParts> => loadPart(() => import("./parts"));
