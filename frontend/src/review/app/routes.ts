// Pages of the dashboard, loaded when they are opened; sign-in first, then permission by page.
import { createRouter, createWebHistory } from "vue-router";
import { may, whoAmI } from "../access/sign_in/session";
import { home } from "./places";
import { t, withMessages, type MessageKey } from "../lib/i18n";

declare module "vue-router" {
  interface RouteMeta {
    title: MessageKey;
    permission?: string;
    open?: boolean;
  }
}

const custody = withMessages(["custody", "workflow"], () => import("../custody/CustodyPages.vue"));

export const router = createRouter({
  history: createWebHistory("/review"),
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? {} : { top: 0 }),
  routes: [
    { path: "/", component: () => import("./NotFoundPage.vue"), meta: { title: "product" } },
    {
      path: "/login",
      component: () => import("../access/sign_in/LoginPage.vue"),
      meta: { title: "login.title", open: true },
    },
    {
      path: "/leads",
      component: withMessages(["leads"], () => import("../leads/inbox/LeadsPage.vue")),
      meta: { title: "leads.title", permission: "leads:read" },
      children: [
        {
          path: ":id",
          name: "lead",
          component: withMessages(["leads", "workflow"], () => import("../leads/lead/LeadPage.vue")),
          meta: { title: "lead.title" },
        },
      ],
    },
    {
      path: "/tips/new",
      component: withMessages(["tips", "leads"], () => import("../tips/RegisterTipPage.vue")),
      meta: { title: "tips.title", permission: "tips:create" },
    },
    {
      path: "/channels",
      component: withMessages(["channels", "leads", "workflow"], () => import("../channels/ChannelsPage.vue")),
      meta: { title: "channels.title", permission: "channels:read" },
    },
    {
      path: "/secondments",
      component: withMessages(["access"], () => import("../access/register/SecondmentsPage.vue")),
      meta: { title: "secondments.title", permission: "officers:manage" },
    },
    {
      path: "/officers",
      component: withMessages(["access"], () => import("../access/register/OfficersPage.vue")),
      meta: { title: "nav.officers", permission: "officers:manage" },
    },
    {
      path: "/systems",
      component: withMessages(["access"], () => import("../access/register/SystemsPage.vue")),
      meta: { title: "nav.systems", permission: "system_accounts:manage" },
    },
    {
      path: "/failed-jobs",
      component: withMessages(["access"], () => import("../access/register/FailedJobsPage.vue")),
      meta: { title: "nav.failedJobs", permission: "settings:manage" },
    },
    {
      path: "/log",
      component: withMessages(["log"], () => import("../log/LogPage.vue")),
      meta: { title: "nav.log", permission: "settings:read" },
    },
    {
      path: "/mentions",
      component: withMessages(["leads"], () => import("../leads/work/MentionsPage.vue")),
      meta: { title: "mentions.title", permission: "leads:read" },
    },
    {
      path: "/notices",
      component: withMessages(["retention"], () => import("../retention/NoticesPage.vue")),
      meta: { title: "nav.notices", permission: "leads:read" },
    },
    {
      path: "/letters/:lead/:exoneration",
      component: withMessages(["retention", "leads"], () => import("../retention/LetterPage.vue")),
      meta: { title: "nav.letter", permission: "leads:read" },
    },
    {
      path: "/exports",
      component: withMessages(["exports", "leads"], () => import("../exports/ExportsPage.vue")),
      meta: { title: "nav.exports" },
    },
    {
      path: "/exports/:id",
      component: withMessages(["exports", "leads", "workflow"], () => import("../exports/DossierPage.vue")),
      meta: { title: "nav.exports", permission: "exports:make" },
    },
    {
      path: "/identity",
      component: withMessages(["identity"], () => import("../identity/DeskPage.vue")),
      meta: { title: "identity.deskTitle", permission: "identities:keep" },
    },
    {
      path: "/identity-log",
      component: withMessages(["identity"], () => import("../identity/AuditPage.vue")),
      meta: { title: "identity.auditTitle", permission: "identities:audit" },
    },
    {
      path: "/sealed-keys",
      component: withMessages(["identity", "sealed"], () => import("../sealed/SealedKeysPage.vue")),
      meta: { title: "sealed.keysTitle", permission: "sealed_keys:use" },
    },
    {
      path: "/sealed-tips",
      component: withMessages(["sealed"], () => import("../sealed/KnownSealedPage.vue")),
      meta: { title: "sealed.knownTitle", permission: "leads:screen" },
    },
    { path: "/key-register", component: custody, props: { part: "register" }, meta: { title: "nav.keyRegister" } },
    { path: "/key-shares", component: custody, props: { part: "mine" }, meta: { title: "nav.keyShares" } },
    {
      path: "/account",
      component: withMessages(["access"], () => import("../access/account/AccountPage.vue")),
      meta: { title: "nav.account" },
    },
    { path: "/forbidden", component: () => import("./ForbiddenPage.vue"), meta: { title: "forbidden.title" } },
    { path: "/:rest(.*)*", component: () => import("./NotFoundPage.vue"), meta: { title: "notFound.title" } },
  ],
});

router.beforeEach(async (to) => {
  if (to.meta.open) return true;
  const me = await whoAmI();
  if (!me) return { path: "/login", query: { next: to.fullPath } };
  if (me.password_given && to.path !== "/account") return { path: "/account", replace: true };
  if (to.path === "/") return { path: home(), replace: true };
  if (to.meta.permission && !may(to.meta.permission))
    return { path: "/forbidden", query: { permission: to.meta.permission, from: to.fullPath } };
  return true;
});

router.afterEach((to) => titlePage(to.meta.title));

/** The window's title: what is on the page first, then the product. */
export function titlePage(key: MessageKey): void {
  document.title = `${t(key)} · ${t("product")}`;
}
