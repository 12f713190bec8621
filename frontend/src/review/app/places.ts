// The places of the navigation and the permission that each needs; the first one that is open is the officer's home.
import { may, session } from "../access/sign_in/session";
import type { MessageKey } from "../lib/i18n";

/** `at`: the kind of agency that it is for. */
interface Place {
  to: string;
  text: MessageKey;
  permission: string;
  at?: string;
}

const PLACES: Place[] = [
  { to: "/leads", text: "nav.leads", permission: "leads:read" },
  { to: "/tips/new", text: "nav.registerTip", permission: "tips:create" },
  { to: "/identity", text: "nav.identity", permission: "identities:keep" },
  { to: "/sealed-tips", text: "nav.sealedTips", permission: "leads:screen" },
  { to: "/sealed-keys", text: "nav.sealedKeys", permission: "sealed_keys:use", at: "discipline" },
  { to: "/channels", text: "nav.channels", permission: "channels:read" },
  { to: "/officers", text: "nav.officers", permission: "officers:manage" },
  { to: "/secondments", text: "nav.secondments", permission: "officers:manage" },
  { to: "/systems", text: "nav.systems", permission: "system_accounts:manage" },
  { to: "/failed-jobs", text: "nav.failedJobs", permission: "settings:manage" },
  { to: "/exports", text: "nav.exports", permission: "exports:audit" },
  { to: "/log", text: "nav.log", permission: "witnesses:manage" },
  { to: "/identity-log", text: "nav.identityAudit", permission: "identities:audit" },
  { to: "/notices", text: "nav.notices", permission: "leads:read" },
  { to: "/key-register", text: "nav.keyRegister", permission: "identities:audit" },
  { to: "/mentions", text: "nav.mentions", permission: "leads:read" },
];

export function openPlaces(): Place[] {
  return PLACES.filter(({ permission, at }) => may(permission) && (!at || at === session.me?.agency.kind));
}

export function home(): string {
  return openPlaces()[0]?.to ?? "/forbidden";
}
