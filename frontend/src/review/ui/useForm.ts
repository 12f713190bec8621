// A form: what is typed, what is wrong with it, whether it is under way. One press sends once; what was typed stays
// until the server has taken it; a refusal stands at the field that its JSON pointer names (RFC 9457), or above them all.
import { computed, nextTick, reactive, ref, watch, type ComputedRef, type Ref } from "vue";
import { draftOf, dropDraft, storeDraft } from "../lib/drafts";
import { t } from "../lib/i18n";
import { fieldErrors, refusalText } from "../lib/problems";
import { toast } from "../lib/toasts";
import type { SummaryLine } from "./ErrorSummary.vue";
import { focusWrong } from "./focus";

export type Errors = Record<string, string>;
/** What is wrong by field; an empty text is nothing wrong. */
export type Found = Record<string, string | false | undefined>;

export interface FormSpec<Fields extends object> {
  /** What the ids of the fields begin with: "channel" for "channel-name". */
  id: string;
  fields: Fields;
  /** What the form is about (a lead's id): what was typed stays with it while another is looked at. Never for secrets. */
  about?: () => string;
  /** A field's name, as the summary calls it. */
  name?: (field: string) => string;
  /** What is plainly missing; everything else the server judges. */
  missing?: (fields: Fields) => Found;
  send: (fields: Fields) => Promise<void>;
  /** What a refusal says of single fields, where the pointers alone do not say it. */
  faults?: (refusal: unknown) => Found;
  /** A refusal that names no field, in words; "" where the reader was told in another way. */
  said?: (refusal: unknown) => string;
}

export interface Form<Fields extends object> {
  fields: Fields;
  errors: Ref<Errors>;
  /** What stands in the way and is of no field. */
  general: Ref<string>;
  /** The errors for the summary, each with its field. */
  lines: ComputedRef<SummaryLine[]>;
  busy: Ref<boolean>;
  /** Returns whether it was sent. */
  submit: () => Promise<boolean>;
  /** As it was at first, or with these fields. */
  reset: (fields?: Partial<Fields>) => void;
}

/** What `send` throws where the browser itself finds something wrong on the way: a passphrase that opens nothing. */
export class WrongField extends Error {
  override readonly name = "WrongField";

  constructor(readonly found: Found) {
    super(Object.keys(found).join());
  }
}

const only = (found: Found): Errors =>
  Object.fromEntries(Object.entries(found).filter((one): one is [string, string] => !!one[1]));

/** For `missing`: a text that must be written, a choice that must be made. */
export const filled = (text: string): string => (text.trim() ? "" : t("form.fill"));
export const chosen = (choice: string | readonly unknown[]): string => (choice.length ? "" : t("form.choose"));

/** For `faults` of a form with one field: whatever is refused stands at it. */
export const allAt =
  (field: string, words: (refusal: unknown) => string = refusalText) =>
  (refusal: unknown): Found => ({ [field]: fieldErrors(refusal)[field] ?? words(refusal) });

/** For `said` of a form without a summary: a notice that stays until it is dismissed. */
export const aloud =
  (words: (refusal: unknown) => string = refusalText) =>
  (refusal: unknown): string => {
    toast(words(refusal), "problem");
    return "";
  };

export function useForm<Fields extends object>(spec: FormSpec<Fields>): Form<Fields> {
  const {
    id,
    about,
    name = (field) => field,
    missing = () => ({}),
    send,
    faults = fieldErrors,
    said = (refusal) => refusalText(refusal),
  } = spec;
  const first = JSON.stringify(spec.fields);
  const fields = reactive(spec.fields) as Fields;
  const key = (): string => (about ? `${about()}:${id}` : "");
  const errors = ref<Errors>({});
  const general = ref("");
  const busy = ref(false);
  const lines = computed(() =>
    Object.entries(errors.value).map(([field, text]) => ({
      id: `${id}-${field}`,
      text: `${name(field)}${t("list.colon")}${text}`,
    })),
  );

  /** Says what is wrong; the focus goes to the summary, which takes it by itself, or without one to the first such field. */
  async function refuse(found: Found, otherwise: () => string): Promise<false> {
    errors.value = only(found);
    await nextTick();
    const fault = Object.keys(errors.value)
      .flatMap((field) => document.getElementById(`${id}-${field}-error`) ?? [])
      .at(0);
    const form = fault?.closest("form");
    // What stands at no field of the page would otherwise be said by nobody.
    if (!fault) general.value = otherwise();
    else if (!form?.querySelector(".summary")) await focusWrong(form ?? null);
    return false;
  }

  async function submit(): Promise<boolean> {
    if (busy.value) return false;
    busy.value = true;
    general.value = "";
    errors.value = {};
    try {
      const gaps = only(missing(fields));
      if (Object.keys(gaps).length) return await refuse(gaps, () => "");
      const sent = key();
      await send(fields);
      dropDraft(sent);
      return true;
    } catch (refusal) {
      return await refuse(refusal instanceof WrongField ? refusal.found : faults(refusal), () => said(refusal));
    } finally {
      busy.value = false;
    }
  }

  function reset(now: Partial<Fields> = {}): void {
    Object.assign(fields, JSON.parse(first), now);
    errors.value = {};
    general.value = "";
  }

  if (about) {
    // In step with what is typed, and with the lead that is shown: no word goes to another one.
    watch(key, (now) => reset(draftOf<Partial<Fields>>(now)), { immediate: true, flush: "sync" });
    watch(fields, () => storeDraft(key(), fields, first), { deep: true, flush: "sync" });
  }
  return { fields, errors, general, lines, busy, submit, reset };
}
