// All of sealed tips in one piece: the choice in the form, sealing, and opening on the receipt page.
export { forgetSealed, loadSealedKeys, sealerOfSent, sealTip } from "./sealing";
export { default as SealedChoice } from "./SealedChoice.vue";
export { default as SealedNotice } from "./SealedNotice.vue";
export { loadTexts } from "./texts";
export { sealerOf, sealWords, unsealed } from "./unsealing";
