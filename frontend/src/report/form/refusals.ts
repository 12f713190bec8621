// Fields that the API refused at the last try: shown on their pages until they are answered anew.
import { shallowRef } from "vue";

import type { Question, ServerFault } from "./faults";

export const refused = shallowRef<readonly ServerFault[]>([]);

export function settle(question: Question): void {
  refused.value = refused.value.filter((fault) => fault.question !== question);
}
