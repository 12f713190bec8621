// Preset views of the inbox: links that set a filter.
import type { MessageKey } from "../shell/i18n";
import type { Me } from "../shell/types";
import { EMPTY, type LeadFilter } from "./filter";

export interface View { text: MessageKey; filter: LeadFilter }

export function presetViews(me: Me): View[] {
  const view = (text: MessageKey, change: Partial<LeadFilter>): View => ({ text, filter: { ...EMPTY, ...change } });
  return [
    view("views.open", { open: true }),
    view("views.mine", { open: true, officer: "me", sort: "due_at" }),
    view("views.unit", { open: true, agency: me.agency.id, sort: "due_at" }),
    view("views.overdue", { overdue: true, sort: "due_at" }),
    view("views.toScreen", { state: ["received"], sort: "due_at" }),
    view("views.toDispatch", { state: ["registered"], sort: "due_at" }),
    view("views.verifying", { state: ["verifying"], sort: "due_at" }),
    view("views.toReview", { state: ["in_review"], sort: "due_at" }),
    view("views.toAnswer", { state: ["approved"], sort: "due_at" }),
    view("views.all", {}),
  ];
}
