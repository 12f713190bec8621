// All of kept drafts in one piece, loaded for those who ask.
export { default as KeepDraft } from "./KeepDraft.vue";
export { default as OpenDraft } from "./OpenDraft.vue";
export { loadTexts } from "./texts";
