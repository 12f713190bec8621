// Leads (线索) as matters: their forms, the controls that only they need, and what a verb changes of what was read.
import type { InfiniteData, QueryClient } from "@tanstack/vue-query";
import { computed, defineAsyncComponent } from "vue";
import { bodyOf } from "../../api/client";
import { api } from "../lib/api";
import { t, withMessages } from "../lib/i18n";
import { useLabels } from "../lib/labels";
import { queryKeys } from "../lib/query/keys";
import type { Lead } from "../lib/types";
import { verbClient } from "../workflow/api";
import { matterKind, type Matter } from "../workflow/matter";
import { register } from "../workflow/registry";
import { unitsOfNamed, unrecognised } from "./lead/askedOut";
import { changedHere } from "./live";
import { useNames } from "./names";
import LeadByNumber from "./pickers/LeadByNumber.vue";
import TipPicker from "./pickers/TipPicker.vue";
import TipsPicker from "./pickers/TipsPicker.vue";
import VerifierPicker from "./pickers/VerifierPicker.vue";
import { useLead, type FoundPage } from "./queries";

export function leadMatter({ id, number, version, actions, pending }: Lead): Matter {
  return { kind: "lead", id, number, version, actions, pending };
}

/** The change is put into every list that shows the lead, so that no row jumps. */
function changed(cache: QueryClient, id: string, lead: Lead | null): void {
  void cache.invalidateQueries({ queryKey: queryKeys.counts });
  if (!lead) return;
  cache.setQueryData(queryKeys.lead(id), lead);
  cache.setQueriesData<InfiniteData<FoundPage>>({ queryKey: queryKeys.leads }, (list) => list && withLead(list, lead));
  void cache.invalidateQueries({ queryKey: queryKeys.timeline(id) });
  void cache.invalidateQueries({ queryKey: queryKeys.leads, refetchType: "none" });
}

function withLead(list: InfiniteData<FoundPage>, lead: Lead): InfiniteData<FoundPage> {
  const pages = list.pages.map((page) => ({
    ...page,
    items: page.items.map((row) => (row.id === lead.id ? { ...row, ...lead } : row)),
  }));
  return { ...list, pages };
}

async function changedMany(cache: QueryClient, ids: readonly string[]): Promise<void> {
  for (const id of ids) void cache.invalidateQueries({ queryKey: queryKeys.lead(id) });
  void cache.invalidateQueries({ queryKey: queryKeys.counts });
  await cache.invalidateQueries({ queryKey: queryKeys.leads });
}

const label = (kind: string, code: string): string => useLabels().label(kind, code);

const verbs = verbClient<"leads">();

register(
  "lead",
  matterKind({
    plural: "leads",
    post: (sent) => bodyOf(verbs.POST("/api/v1/{plural}/{id}/{verb}", sent)),
    postWord: (sent) => bodyOf(verbs.POST("/api/v1/{plural}/{id}/{verb}/{word}", sent)),
    postMany: (sent) => bodyOf(verbs.POST("/api/v1/{plural}/bulk/{verb}", sent)),
    matter: leadMatter,
    touched: changedHere,
    changed,
    changedMany,
    words: {
      on: "actions.onLead",
      done: "actions.done",
      changed: "actions.changedMeanwhile",
      noLonger: "actions.noLonger",
      gone: "acts.gone",
    },
    verbName: (verb) => label("verb", verb),
    stateName: (state) => label("state", state),
    guesses: (cache, id) => {
      const lead = cache.getQueryData(queryKeys.lead(id));
      return { nature: lead?.nature ?? "", sector: lead?.sector ?? "" };
    },
    readTimeline: (lead_id, cursor) =>
      bodyOf(
        api.GET("/api/v1/leads/{lead_id}/timeline", { params: { path: { lead_id }, query: { limit: 100, cursor } } }),
      ),
    useNames: (id) => useNames(useLead(id).data),
    beside: { approve: defineAsyncComponent(withMessages(["workflow"], () => import("./lead/LeadFinding.vue"))) },
    useWarnings: (id, verb) => {
      const { data } = useLead(id);
      return computed(() => {
        const officials = data.value ? unrecognised(data.value) : [];
        const named = data.value && verb === "dispatch" ? unitsOfNamed(data.value) : [];
        return [
          ...(officials.length ? [t("excluded.warning", { officials: officials.join(t("list.join")) })] : []),
          ...(named.length ? [t("dispatch.namedWork", { names: named.join(t("list.join")) })] : []),
        ];
      });
    },
    pickers: {
      verifiers: VerifierPicker,
      lead: LeadByNumber,
      tip: TipPicker,
      tips: TipsPicker,
      subjects: defineAsyncComponent(withMessages(["workflow"], () => import("./pickers/SubjectsPicker.vue"))),
    },
    undo: {
      merge: { verb: "unmerge", body: () => ({ reason: t("undo.reason") }) },
      pause: { verb: "resume", body: () => ({ note: t("undo.reason") }) },
    },
    remedies: { assessment_missing: "assessment.goTo" },
  }),
);
