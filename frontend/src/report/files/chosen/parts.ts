// All of chosen files in one piece, loaded with the first.
export { choose } from "./choose";
export { default as FileList } from "./FileList.vue";
export { loadTexts } from "./texts";
