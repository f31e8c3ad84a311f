/** All pages of the console, on one page. */
import { createRootRoute, createRoute, createRouter, Link, Outlet, redirect } from "@tanstack/react-router";
import { CallPage } from "../features/call/call-page.tsx";
import { readCallSearch } from "../features/call/search.ts";
import { CallsPage } from "../features/calls/calls-page.tsx";
import { readCallsSearch } from "../features/calls/search.ts";
import { SignInPage } from "../features/signin/sign-in-page.tsx";
import { Empty } from "../ui/states.tsx";
import { Toasts } from "../ui/toast.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: () => (
    <Empty whole title="There is no such page">
      <Link to="/calls" className="text-accent underline underline-offset-2">
        Go to the calls
      </Link>
    </Empty>
  ),
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string } =>
    typeof search["next"] === "string" && /^\/(?![/\\])/.test(search["next"]) ? { next: search["next"] } : {},
  component: function Login() {
    const { next } = login.useSearch();
    return <SignInPage next={next} />;
  },
});

const shell = createRoute({ getParentRoute: () => root, id: "shell", component: Shell });

const home = createRoute({
  getParentRoute: () => shell,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/calls", replace: true });
  },
});

const calls = createRoute({
  getParentRoute: () => shell,
  path: "/calls",
  validateSearch: readCallsSearch,
  component: function Calls() {
    return <CallsPage status={calls.useSearch().status} />;
  },
});

const call = createRoute({
  getParentRoute: () => shell,
  path: "/calls/$sessionId",
  validateSearch: readCallSearch,
  component: function Call() {
    const { sessionId } = call.useParams();
    const search = call.useSearch();
    return <CallPage key={sessionId} sessionId={sessionId} search={search} />;
  },
});

export const router = createRouter({
  routeTree: root.addChildren([login, shell.addChildren([home, calls, call])]),
  defaultPreload: false,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** A join link just made for the call that is opened; it is shown once. */
    joinLink?: { joinUrl: string; expiresAt: string; maxUses: number };
  }
}
