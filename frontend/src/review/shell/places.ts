// The places of the navigation and the permission that each needs; the first one that is open is the officer's home.
import { may } from "../access/session";
import type { MessageKey } from "./i18n";

interface Place { to: string; text: MessageKey; permission: string }

const PLACES: Place[] = [
  { to: "/leads", text: "nav.leads", permission: "leads:read" },
  { to: "/tips/new", text: "nav.registerTip", permission: "tips:create" },
  { to: "/identity", text: "nav.identity", permission: "identities:keep" },
  { to: "/channels", text: "nav.channels", permission: "channels:read" },
  { to: "/officers", text: "nav.officers", permission: "officers:manage" },
  { to: "/secondments", text: "nav.secondments", permission: "officers:manage" },
  { to: "/exports", text: "nav.exports", permission: "exports:audit" },
  { to: "/log", text: "nav.log", permission: "witnesses:manage" },
  { to: "/identity-log", text: "nav.identityAudit", permission: "identities:audit" },
  { to: "/notices", text: "nav.notices", permission: "leads:read" },
  { to: "/mentions", text: "nav.mentions", permission: "leads:read" },
];

export function openPlaces(): Place[] {
  return PLACES.filter((place) => may(place.permission));
}

export function home(): string {
  return openPlaces()[0]?.to ?? "/forbidden";
}
