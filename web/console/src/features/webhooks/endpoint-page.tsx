import { asApiError } from "@callboard/api";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";
import { http } from "../../core/client.ts";
import { pathOf } from "../../core/http.ts";
import { compact } from "../../core/search-text.ts";
import { useMay } from "../../core/use-me.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { exactText } from "../../ui/format.ts";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { Deliveries } from "./deliveries.tsx";
import { EndpointActions } from "./endpoint-actions.tsx";
import { EndpointMark } from "./endpoint-state.tsx";
import { typesWords } from "./event-types.ts";
import type { EndpointSearch } from "./search.ts";
import type { Endpoint } from "./wire.ts";

interface EndpointPageProps {
  endpointId: string;
  search: EndpointSearch;
}

/** One endpoint: how it is, what can be done with it, and what was sent. */
export function EndpointPage({ endpointId, search }: EndpointPageProps) {
  const navigate = useNavigate({ from: "/webhooks/$endpointId" });
  const mayChange = useMay("changeWebhooks");
  const read = useQuery({
    queryKey: ["webhooks", "endpoint", endpointId],
    queryFn: () => http.get<Endpoint>(pathOf("v1", "webhook-endpoints", endpointId)),
    refetchInterval: 5_000,
  });
  const place = useCallback(
    (change: { [K in keyof EndpointSearch]?: EndpointSearch[K] | undefined }) =>
      void navigate({ search: (old) => compact({ ...old, ...change }), replace: true }),
    [navigate],
  );
  if (read.isPending) return <Loading what="the endpoint" />;
  if (!read.data) {
    const error = asApiError(read.error);
    if (error.status === 404) return <Unknown />;
    return (
      <div className="mx-auto mt-16 max-w-lg px-4">
        <ProblemNote error={error} what="The endpoint could not be read">
          <Button onClick={() => void read.refetch()}>Try again</Button>
        </ProblemNote>
      </div>
    );
  }
  const endpoint = read.data;
  return (
    <div className="flex h-full flex-col gap-3 px-3.5 py-3.5 sm:px-[18px]">
      <title>{`${endpoint.url} · Webhooks · Callboard`}</title>
      <div className="flex flex-wrap items-end gap-x-2.5 gap-y-2">
        <div className="min-w-0">
          <div className="mb-0.5 flex items-center gap-1.5 text-faint">
            <Link to="/webhooks" className="rounded hover:text-ink">
              Webhooks
            </Link>
            <span aria-hidden>/</span>
            <CopyId id={endpointId} label="endpoint id" />
          </div>
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <h1 className="min-w-0 text-lg leading-[22px] font-semibold tracking-tight break-all">
              {endpoint.url}
            </h1>
            <EndpointMark endpoint={endpoint} />
          </div>
        </div>
        {mayChange && (
          <EndpointActions endpoint={endpoint} onRemoved={() => void navigate({ to: "/webhooks" })} />
        )}
      </div>
      <EndpointLine endpoint={endpoint} />
      <Deliveries endpointId={endpointId} search={search} place={place} mayChange={mayChange} />
    </div>
  );
}

function Unknown() {
  return (
    <Empty whole title="There is no such endpoint">
      <p className="text-muted">It was removed, belongs to another tenant, or the address is not whole.</p>
      <Link to="/webhooks" className="text-accent underline underline-offset-2">
        Go to the webhooks
      </Link>
    </Empty>
  );
}

function EndpointLine({ endpoint }: { endpoint: Endpoint }) {
  const { description, eventTypes, pending, failingSince, disabledAt, previousSecretExpiresAt } = endpoint;
  return (
    <dl className="card flex flex-wrap gap-x-7 gap-y-2 px-3 py-2">
      {description && <Item name="Description">{description}</Item>}
      <Item name="Events" title={eventTypes.join("\n")}>
        {typesWords(eventTypes)}
      </Item>
      <Item name="Waiting">{pending}</Item>
      <Item name="Made">
        <When at={endpoint.createdAt} />
      </Item>
      {failingSince && (
        <Item name="Failing since">
          <When at={failingSince} className="text-warn" />
        </Item>
      )}
      {disabledAt && (
        <Item name="Disabled">
          <When at={disabledAt} />
        </Item>
      )}
      {previousSecretExpiresAt && (
        <Item name="Old secret works until" title={exactText(Date.parse(previousSecretExpiresAt))}>
          <When at={previousSecretExpiresAt} />
        </Item>
      )}
    </dl>
  );
}

function Item({ name, title, children }: { name: string; title?: string; children: React.ReactNode }) {
  return (
    <div className="max-w-full min-w-0" title={title}>
      <dt className="text-2xs text-muted">{name}</dt>
      <dd className="truncate font-medium">{children}</dd>
    </div>
  );
}
