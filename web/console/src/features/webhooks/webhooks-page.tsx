import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useState } from "react";
import { isAbsent } from "../../core/http.ts";
import { useMay } from "../../core/use-me.ts";
import { usePages } from "../../core/use-pages.ts";
import { Button } from "../../ui/button.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { countText } from "../../ui/format.ts";
import { Dot } from "../../ui/marks.tsx";
import { ListState } from "../../ui/notes.tsx";
import { Page } from "../../ui/page.tsx";
import { Empty } from "../../ui/states.tsx";
import { When } from "../../ui/when.tsx";
import { EndpointDialog } from "./endpoint-dialog.tsx";
import { answerWords, EndpointMark } from "./endpoint-state.tsx";
import { typesWords } from "./event-types.ts";
import type { Endpoint } from "./wire.ts";

/** Where the tenant's events are sent. */
export function WebhooksPage() {
  const mayChange = useMay("changeWebhooks");
  const { list, items } = usePages<Endpoint>(
    ["webhooks", "endpoints"],
    "/v1/webhook-endpoints",
    {},
    { everyMs: 5_000 },
  );
  const [making, setMaking] = useState(false);
  const absent = list.isError && isAbsent(list.error);
  const make = mayChange && (
    <Button look="primary" onClick={() => setMaking(true)}>
      <Plus size={14} aria-hidden />
      New endpoint
    </Button>
  );
  return (
    <Page
      title="Webhooks"
      lead="Events of calls, posted to your servers: at least once, in the order of each call, signed as Standard Webhooks say."
      actions={items.length > 0 && make}
    >
      {absent ? (
        <Empty title="This installation sends no webhooks">
          <p className="text-muted">The server does not know them; it is older than this page.</p>
        </Empty>
      ) : (
        <ListState
          list={list}
          what="the endpoints"
          isEmpty={items.length === 0}
          emptyTitle="No endpoints yet"
          empty={
            <>
              <p className="text-muted">
                Give the address of your server and choose what it should hear. What cannot be delivered is
                tried again for three days.
              </p>
              <div className="mt-2">{make}</div>
            </>
          }
        />
      )}
      {items.length > 0 && (
        <DataTable
          label="Endpoints"
          columns={COLUMNS}
          items={items}
          keyOf={({ endpointId }) => endpointId}
          rowPx={44}
          narrowRowPx={60}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {making && <EndpointDialog onClose={() => setMaking(false)} />}
    </Page>
  );
}

const COLUMNS: Column<Endpoint>[] = [
  {
    head: "Address",
    width: "minmax(160px,1.5fr)",
    narrow: true,
    cell: (endpoint, reach) => (
      <>
        <Link
          {...reach}
          to="/webhooks/$endpointId"
          params={{ endpointId: endpoint.endpointId }}
          title={endpoint.url}
        >
          <span className="font-medium">{endpoint.url}</span>
        </Link>
        <span className="block truncate text-2xs text-muted">
          {endpoint.description ?? <span className="md:hidden">{typesWords(endpoint.eventTypes)}</span>}
        </span>
      </>
    ),
  },
  {
    head: "State",
    width: "160px",
    narrow: true,
    cell: (endpoint) => <EndpointMark endpoint={endpoint} />,
  },
  {
    head: "Events",
    width: "minmax(110px,1fr)",
    className: "text-muted",
    cell: ({ eventTypes }) => <span title={eventTypes.join("\n")}>{typesWords(eventTypes)}</span>,
  },
  {
    head: "Waiting",
    width: "72px",
    end: true,
    cell: ({ pending }) => (
      <span title="Deliveries that will be tried, or tried again">{countText(pending)}</span>
    ),
  },
  {
    head: "Last answer",
    apart: true,
    width: "minmax(170px,0.9fr)",
    cell: ({ lastAttempt }) =>
      lastAttempt ? (
        <span className="flex items-center gap-1.5">
          <Dot tone={lastAttempt.ok ? "ok" : "bad"} className={lastAttempt.ok ? "text-ok" : "text-bad"} />
          <span className="truncate">{answerWords(lastAttempt)}</span>
          <When at={lastAttempt.at} className="text-muted" />
        </span>
      ) : (
        <span className="text-faint">none yet</span>
      ),
  },
  {
    head: "Made",
    width: "104px",
    spare: true,
    className: "text-muted",
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
];
