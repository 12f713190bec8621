// Preset views of the inbox: links that set a filter.
import type { MessageKey } from "../shell/i18n";
import type { Me } from "../shell/types";
import { EMPTY, type LeadFilter } from "./filter";

/** States in which somebody still owes something (domain: lifecycle of a lead). */
const OPEN = ["received", "screened", "registered", "dispatched", "signed", "verifying", "concluded", "in_review", "approved", "answered"];

export interface View { text: MessageKey; filter: LeadFilter }

export function presetViews(me: Me): View[] {
  const view = (text: MessageKey, change: Partial<LeadFilter>): View => ({ text, filter: { ...EMPTY, ...change } });
  return [
    view("views.open", { state: OPEN }),
    view("views.mine", { state: OPEN, officer: "me", sort: "due_at" }),
    view("views.unit", { state: OPEN, agency: me.agency.id, sort: "due_at" }),
    view("views.overdue", { overdue: true, sort: "due_at" }),
    view("views.toScreen", { state: ["received"], sort: "due_at" }),
    view("views.toDispatch", { state: ["registered"], sort: "due_at" }),
    view("views.verifying", { state: ["verifying"], sort: "due_at" }),
    view("views.toReview", { state: ["in_review"], sort: "due_at" }),
    view("views.toAnswer", { state: ["approved"], sort: "due_at" }),
    view("views.all", {}),
  ];
}
