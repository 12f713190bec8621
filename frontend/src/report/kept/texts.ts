// The texts of kept drafts: a file of their own, since few people need them.
import { lazyTexts } from "../lazyTexts";

export const { loadTexts, text: k } = lazyTexts({
  "zh-CN": () => import("./messages/zh-CN.json"),
  "zh-Hant": () => import("./messages/zh-Hant.json"),
  en: () => import("./messages/en.json"),
});
