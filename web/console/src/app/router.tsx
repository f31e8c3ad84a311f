/** All pages of the console, on one page. What is seldom opened is loaded when it is. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  Navigate,
  Outlet,
  redirect,
} from "@tanstack/react-router";
import { lazy, Suspense, type ComponentType, type ReactNode } from "react";
import { may } from "../core/may.ts";
import { useMe } from "../core/use-me.ts";
import { CallPage } from "../features/call/call-page.tsx";
import { readCallSearch } from "../features/call/search.ts";
import { CallsPage } from "../features/calls/calls-page.tsx";
import { readCallsSearch } from "../features/calls/search.ts";
import { readAuditSearch } from "../features/audit/search.ts";
import { readProviderSearch } from "../features/provider/search.ts";
import { readSearchSearch } from "../features/search/search.ts";
import { readLevelsSearch } from "../features/settings/levels-search.ts";
import { SignInPage } from "../features/signin/sign-in-page.tsx";
import { readEndpointSearch } from "../features/webhooks/search.ts";
import { Button } from "../ui/button.tsx";
import { Empty, Loading } from "../ui/states.tsx";
import { Toasts } from "../ui/toast.tsx";
import { Shell } from "./shell.tsx";

/** A component that is fetched when it is first shown. */
const later = <P,>(load: () => Promise<ComponentType<P>>) =>
  lazy(async () => ({ default: (await load()) as ComponentType<unknown> })) as unknown as ComponentType<P>;

const SearchPage = later(() => import("../features/search/search-page.tsx").then((m) => m.SearchPage));
const ProviderPage = later(() =>
  import("../features/provider/provider-page.tsx").then((m) => m.ProviderPage),
);
const WebhooksPage = later<object>(() =>
  import("../features/webhooks/webhooks-page.tsx").then((m) => m.WebhooksPage),
);
const EndpointPage = later(() =>
  import("../features/webhooks/endpoint-page.tsx").then((m) => m.EndpointPage),
);
const AuditPage = later(() => import("../features/audit/audit-page.tsx").then((m) => m.AuditPage));
const LevelsPage = later(() => import("../features/settings/levels-page.tsx").then((m) => m.LevelsPage));
const settingsPages = {
  keys: later<object>(() => import("../features/settings/keys-page.tsx").then((m) => m.KeysPage)),
  users: later<object>(() => import("../features/settings/users-page.tsx").then((m) => m.UsersPage)),
  issuers: later<object>(() => import("../features/settings/issuers-page.tsx").then((m) => m.IssuersPage)),
  livekit: later<object>(() => import("../features/settings/livekit-page.tsx").then((m) => m.LiveKitPage)),
  retention: later<object>(() =>
    import("../features/settings/retention-page.tsx").then((m) => m.RetentionPage),
  ),
  about: later<object>(() => import("../features/settings/about-page.tsx").then((m) => m.AboutPage)),
};

const Soon = ({ children }: { children: ReactNode }) => (
  <Suspense fallback={<Loading what="the page" />}>{children}</Suspense>
);

const root = createRootRoute({
  component: () => (
    <>
      <Outlet />
      <Toasts />
    </>
  ),
  notFoundComponent: NoSuchPage,
});

function NoSuchPage() {
  return (
    <Empty whole title="There is no such page">
      <Link to="/calls" className="text-accent underline underline-offset-2">
        Go to the calls
      </Link>
    </Empty>
  );
}

/** Mostly a part of the page that could not be fetched: the network, or a newer version on the server. */
function Broken() {
  return (
    <Empty whole title="The page could not be shown">
      <p className="text-muted">
        A part of it did not load, or failed. The network may be gone, or the server was renewed meanwhile.
      </p>
      <div className="mt-2">
        <Button look="primary" onClick={() => location.reload()}>
          Load the page again
        </Button>
      </div>
    </Empty>
  );
}

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
    return <CallsPage search={calls.useSearch()} />;
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

const search = createRoute({
  getParentRoute: () => shell,
  path: "/search",
  validateSearch: readSearchSearch,
  component: function Search() {
    const asked = search.useSearch();
    return (
      <Soon>
        <SearchPage search={asked} />
      </Soon>
    );
  },
});

const provider = createRoute({
  getParentRoute: () => shell,
  path: "/provider",
  validateSearch: readProviderSearch,
  component: function Provider() {
    const asked = provider.useSearch();
    return (
      <Soon>
        <ProviderPage search={asked} />
      </Soon>
    );
  },
});

const webhooks = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks",
  component: () => (
    <Soon>
      <WebhooksPage />
    </Soon>
  ),
});

const endpoint = createRoute({
  getParentRoute: () => shell,
  path: "/webhooks/$endpointId",
  validateSearch: readEndpointSearch,
  component: function Endpoint() {
    const { endpointId } = endpoint.useParams();
    const asked = endpoint.useSearch();
    return (
      <Soon>
        <EndpointPage key={endpointId} endpointId={endpointId} search={asked} />
      </Soon>
    );
  },
});

const audit = createRoute({
  getParentRoute: () => shell,
  path: "/audit",
  validateSearch: readAuditSearch,
  component: function Audit() {
    const asked = audit.useSearch();
    return (
      <Soon>
        <AuditPage search={asked} />
      </Soon>
    );
  },
});

const settings = createRoute({ getParentRoute: () => shell, path: "/settings" });

const settingsHome = createRoute({
  getParentRoute: () => settings,
  path: "/",
  component: SettingsHome,
});

/** The first part that whoever is signed in may use. */
function SettingsHome() {
  const me = useMe();
  const first = may(me, "manage") ? "keys" : may(me, "provider") ? "livekit" : "about";
  return <Navigate to={`/settings/${first}`} replace />;
}

const settingsPart = <const Path extends keyof typeof settingsPages>(path: Path) => {
  const Part: ComponentType<object> = settingsPages[path];
  return createRoute({
    getParentRoute: () => settings,
    path,
    component: () => (
      <Soon>
        <Part />
      </Soon>
    ),
  });
};

const serviceLevels = createRoute({
  getParentRoute: () => settings,
  path: "service-levels",
  validateSearch: readLevelsSearch,
  component: function Levels() {
    const asked = serviceLevels.useSearch();
    return (
      <Soon>
        <LevelsPage search={asked} />
      </Soon>
    );
  },
});

const settingsRoutes = settings.addChildren([
  settingsHome,
  settingsPart("keys"),
  settingsPart("users"),
  settingsPart("issuers"),
  settingsPart("livekit"),
  settingsPart("retention"),
  serviceLevels,
  settingsPart("about"),
]);

export const router = createRouter({
  routeTree: root.addChildren([
    login,
    shell.addChildren([home, calls, call, search, provider, webhooks, endpoint, audit, settingsRoutes]),
  ]),
  defaultPreload: false,
  defaultErrorComponent: Broken,
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
