// What the build makes of the API's description (scripts/verbForms.ts).
declare module "virtual:verb-forms" {
  const forms: import("../../../../scripts/verbForms").VerbForms;
  export default forms;
}
