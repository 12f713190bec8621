// WebAuthn in the browser: the JSON forms of options and credentials are the platform's own (level 3).
import { ApiProblem } from "../../../api/client";

/** Whether this browser has passkeys and speaks their JSON form. */
export function passkeysKnown(): boolean {
  return typeof PublicKeyCredential !== "undefined" && "parseRequestOptionsFromJSON" in PublicKeyCredential;
}

/** Cancelled, timed out or not allowed: the browser does not tell which, and neither do we. */
async function asked(answer: Promise<Credential | null>): Promise<Record<string, unknown>> {
  const credential = await answer.catch((error: unknown) => {
    throw new ApiProblem(
      error instanceof DOMException && error.name === "InvalidStateError" ? "passkey_known" : "passkey_cancelled",
      0,
      "",
    );
  });
  if (!(credential instanceof PublicKeyCredential)) throw new ApiProblem("passkey_cancelled", 0, "");
  return credential.toJSON() as unknown as Record<string, unknown>;
}

/** Signs a challenge with a passkey that the officer picks. */
export function signByPasskey(options: Record<string, unknown>): Promise<Record<string, unknown>> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(
    options as unknown as PublicKeyCredentialRequestOptionsJSON,
  );
  return asked(navigator.credentials.get({ publicKey }));
}

/** Makes a passkey on this device or a security key. */
export function makePasskey(options: Record<string, unknown>): Promise<Record<string, unknown>> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
    options as unknown as PublicKeyCredentialCreationOptionsJSON,
  );
  return asked(navigator.credentials.create({ publicKey }));
}
