// The texts of files that were chosen: a file of their own, since many add none.
import { lazyTexts } from "../../lazyTexts";

export const { loadTexts, text: f } = lazyTexts({
  "zh-CN": () => import("./messages/zh-CN.json"),
  "zh-Hant": () => import("./messages/zh-Hant.json"),
  en: () => import("./messages/en.json"),
});
