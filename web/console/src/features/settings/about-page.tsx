import { asApiError } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { http } from "../../core/client.ts";
import { useMe } from "../../core/use-me.ts";
import type { EndpointMap, Readiness } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { Badge } from "../../ui/marks.tsx";
import { Fact, Facts } from "../../ui/pane.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Loading } from "../../ui/states.tsx";
import { readReadiness } from "./readiness.ts";
import { SettingsFrame } from "./settings-page.tsx";

/** Which Callboard this is, how it is, and where to read on. */
export function AboutPage() {
  const map = useQuery({ queryKey: ["about"], queryFn: () => http.get<EndpointMap>("/v1") });
  const ready = useQuery({ queryKey: ["readiness"], queryFn: readReadiness, refetchInterval: 15_000 });
  return (
    <SettingsFrame title="About">
      {map.isPending && <Loading what="the versions" />}
      {map.isError && (
        <ProblemNote error={asApiError(map.error)} what="The versions could not be read">
          <Button onClick={() => void map.refetch()}>Try again</Button>
        </ProblemNote>
      )}
      {map.data && (
        <div className="grid max-w-5xl items-start gap-3 lg:grid-cols-2">
          <section aria-label="Installation" className="card">
            <h2 className="flex h-9 items-center border-b border-line px-3 font-semibold">Installation</h2>
            <InstallationFacts map={map.data} />
            <Further />
          </section>
          {ready.data && <Health ready={ready.data} />}
        </div>
      )}
    </SettingsFrame>
  );
}

function InstallationFacts({ map }: { map: EndpointMap }) {
  const me = useMe();
  return (
    <Facts>
      <Fact name="Callboard">
        <span className="font-medium">{map.version}</span>
      </Fact>
      <Fact name="Address">
        <span className="mono">{location.origin}</span>
      </Fact>
      {me && (
        <>
          <Fact name="Tenant">
            {me.principal.tenantName} <CopyId id={me.principal.tenantId} label="tenant id" />
          </Fact>
          <Fact name="You">
            {me.principal.displayName ?? me.principal.kind}
            <span className="text-muted">
              {" "}
              · {me.principal.kind === "key" ? "by an API key" : me.principal.roles.join(", ") || "no role"}
            </span>
          </Fact>
          <Fact name="Media server">{me.features.livekit ? "LiveKit" : "none"}</Fact>
        </>
      )}
      <Fact name="Routes">{map.routes.length}</Fact>
    </Facts>
  );
}

const LINKS = [
  { href: "/manual/", name: "Documentation", what: "Quickstart, concepts, guides, clients, errors" },
  { href: "/docs", name: "API reference", what: "Every route, with a form to try it" },
  { href: "/openapi.json", name: "OpenAPI document", what: "To generate clients from" },
  { href: "/v1/schemas", name: "Schemas", what: "Every event as JSON Schema" },
  { href: "/metrics", name: "Metrics", what: "For Prometheus" },
] as const;

function Further() {
  return (
    <ul className="grid gap-1.5 px-3 py-2.5">
      {LINKS.map(({ href, name, what }) => (
        <li key={href}>
          <a
            href={href}
            target="_blank"
            rel="noreferrer"
            className="inline-flex items-center gap-1 text-accent underline-offset-2 hover:underline"
          >
            {name}
            <ExternalLink size={12} aria-label="in a new tab" />
          </a>{" "}
          <span className="text-muted">{what}</span>
        </li>
      ))}
      <li className="text-muted">
        Guides come with the source, in <code className="mono">docs/</code>: a quickstart, how a call lives,
        to join from your own page, to follow calls from your server, to receive webhooks, and LiveKit beside
        it.
      </li>
    </ul>
  );
}

function Health({ ready }: { ready: Readiness }) {
  return (
    <section aria-label="Health" className="card">
      <h2 className="flex h-9 items-center gap-3 border-b border-line px-3 font-semibold">
        Health
        <Badge tone={ready.ready ? "ok" : "bad"}>{ready.ready ? "takes traffic" : "takes no traffic"}</Badge>
      </h2>
      <ul>
        {ready.checks.map((check) => (
          <li
            key={check.name}
            className="grid grid-cols-[100px_minmax(0,1fr)] items-start gap-3 border-b border-line/60 px-3 py-2 last:border-0"
          >
            <span>
              <Badge tone={check.ok ? "ok" : check.required ? "bad" : "warn"}>
                {check.ok ? "well" : "not well"}
              </Badge>
            </span>
            <span>
              <span className="font-medium">{check.name}</span>
              {!check.required && <span className="text-faint"> · calls go on without it</span>}
              {check.reason && <span className="block text-muted">{check.reason}</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
