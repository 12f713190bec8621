// A form: what is typed, what is wrong with it, whether it is under way. One press sends once; what was typed stays
// until the server has taken it; a refusal stands at the field that its JSON pointer names (RFC 9457), or above them all.
import { computed, reactive, ref, type ComputedRef, type Ref } from "vue";
import { t } from "../lib/i18n";
import { fieldErrors, problemText } from "../lib/problems";
import type { SummaryLine } from "./ErrorSummary.vue";

export type Errors = Record<string, string>;
/** What is wrong by field; an empty text is nothing wrong. */
export type Found = Record<string, string | false | undefined>;

export interface FormSpec<Fields extends object> {
  /** What the ids of the controls begin with: "channel" for "channel-name". */
  id: string;
  fields: Fields;
  /** A field's name, as the summary calls it. */
  name?: (field: string) => string;
  /** What is plainly missing; everything else the server judges. */
  missing?: (fields: Fields) => Found;
  send: (fields: Fields) => Promise<void>;
  /** What a refusal says of single fields, where the pointers alone do not say it. */
  faults?: (refusal: unknown) => Found;
  /** A refusal that names no field, in words; "" where the reader was told in another way. */
  said?: (refusal: unknown) => string;
  /** Once it is known that something is wrong with a field: where the focus goes, if no summary takes it. */
  wrong?: () => unknown;
}

export interface Form<Fields extends object> {
  fields: Fields;
  errors: Ref<Errors>;
  /** What stands in the way and is of no field. */
  general: Ref<string>;
  /** The errors for the summary, each with its field. */
  lines: ComputedRef<SummaryLine[]>;
  busy: Ref<boolean>;
  /** Something was typed since it was opened or sent. */
  dirty: ComputedRef<boolean>;
  /** Returns whether it was sent. */
  submit: () => Promise<boolean>;
  /** As it was at first, or with these fields. */
  reset: (fields?: Partial<Fields>) => void;
}

const only = (found: Found): Errors => Object.fromEntries(Object.entries(found).filter((one): one is [string, string] => !!one[1]));

/** For `missing`: a text that must be written, a choice that must be made. */
export const filled = (text: string): string => (text.trim() ? "" : t("form.fill"));
export const chosen = (choice: string | readonly unknown[]): string => (choice.length ? "" : t("form.choose"));

export function useForm<Fields extends object>(spec: FormSpec<Fields>): Form<Fields> {
  const { id, name = (field) => field, missing = () => ({}), send, faults = fieldErrors, said = problemText, wrong } = spec;
  const first = JSON.stringify(spec.fields);
  const fields = reactive(spec.fields) as Fields;
  const kept = ref(first);
  const errors = ref<Errors>({});
  const general = ref("");
  const busy = ref(false);
  const lines = computed(() => Object.entries(errors.value).map(([field, text]) => ({ id: `${id}-${field}`, text: `${name(field)}${t("list.colon")}${text}` })));

  async function refuse(found: Found, otherwise: () => string): Promise<boolean> {
    errors.value = only(found);
    if (lines.value.length === 0) general.value = otherwise();
    else await wrong?.();
    return false;
  }

  async function submit(): Promise<boolean> {
    if (busy.value) return false;
    general.value = "";
    errors.value = only(missing(fields));
    if (lines.value.length) return refuse(errors.value, () => "");
    busy.value = true;
    try {
      await send(fields);
      kept.value = JSON.stringify(fields);
      return true;
    } catch (refusal) {
      return await refuse(faults(refusal), () => said(refusal));
    } finally {
      busy.value = false;
    }
  }

  function reset(now: Partial<Fields> = {}): void {
    Object.assign(fields, JSON.parse(first), now);
    kept.value = JSON.stringify(fields);
    errors.value = {};
    general.value = "";
  }

  return { fields, errors, general, lines, busy, dirty: computed(() => JSON.stringify(fields) !== kept.value), submit, reset };
}
