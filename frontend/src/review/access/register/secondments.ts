// The register of secondments (派员): what its page reads and sends.
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/vue-query";
import { computed, toValue, type MaybeRefOrGetter } from "vue";
import { bodyOf } from "../../../api/client";
import { api, once } from "../../lib/api";
import { queryKeys } from "../../lib/query/keys";
import { endOfDay, startOfDay } from "../../lib/times";
import type { NewSecondment, SecondableRole, Secondment } from "../../lib/types";

/** Roles that decide for an agency or manage it stay with its own officers; secondments.test.ts holds this to the API's list. */
export const SECONDABLE = [
  "intake",
  "dispatcher",
  "verifier",
  "reviewer",
  "supervisor",
] as const satisfies readonly SecondableRole[];

export interface SecondmentFields {
  officer_id: string;
  roles: string[];
  from: string;
  to: string;
  undertaking_number: string;
  undertaking_signed_on: string;
}

export const blankSecondment = (): SecondmentFields => ({
  officer_id: "",
  roles: [],
  from: "",
  to: "",
  undertaking_number: "",
  undertaking_signed_on: "",
});

/** Fields that are plainly empty; everything else the server judges. */
export function missingOf(fields: SecondmentFields): (keyof SecondmentFields)[] {
  return (Object.keys(fields) as (keyof SecondmentFields)[]).filter(
    (name) => fields[name].length === 0 || (typeof fields[name] === "string" && fields[name].trim() === ""),
  );
}

/** The term runs from the beginning of its first day to the end of its last, in China. */
export function secondmentBody(fields: SecondmentFields, office: string): NewSecondment {
  return {
    officer_id: fields.officer_id,
    agency_id: office,
    roles: fields.roles as SecondableRole[],
    from: startOfDay(fields.from) ?? fields.from,
    to: endOfDay(fields.to) ?? fields.to,
    undertaking_number: fields.undertaking_number.trim(),
    undertaking_signed_on: fields.undertaking_signed_on,
  };
}

export function useSecondments(running: MaybeRefOrGetter<boolean>) {
  return useInfiniteQuery({
    queryKey: computed(() => queryKeys.secondmentList(toValue(running))),
    queryFn: ({ pageParam }) =>
      bodyOf(
        api.GET("/api/v1/secondments", {
          params: { query: { limit: 50, cursor: pageParam, running: toValue(running) || undefined } },
        }),
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

export function useSecond() {
  const cache = useQueryClient();
  const onSuccess = (): Promise<void> => cache.invalidateQueries({ queryKey: queryKeys.secondments });
  const second = useMutation({
    mutationFn: ({ body, key }: { body: NewSecondment; key: string }) =>
      bodyOf(api.POST("/api/v1/secondments", { params: { header: once(key) }, body })),
    onSuccess,
  });
  const revoke = useMutation({
    mutationFn: (one: Secondment) =>
      bodyOf(api.POST("/api/v1/secondments/{secondment_id}/revoke", { params: { path: { secondment_id: one.id } } })),
    onSuccess,
  });
  return { second, revoke };
}
