import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useMemo } from "react";
import { pathOf } from "../../core/http.ts";
import { compact } from "../../core/search-text.ts";
import { usePages } from "../../core/use-pages.ts";
import { Button } from "../../ui/button.tsx";
import { ChipLink } from "../../ui/chips.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { shortId } from "../../ui/format.ts";
import { ListState } from "../../ui/notes.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Split } from "../../ui/split.tsx";
import { When } from "../../ui/when.tsx";
import { DeliveryPane } from "./delivery-pane.tsx";
import { answerWords, DeliveryMark } from "./endpoint-state.tsx";
import { STATUSES, type EndpointSearch } from "./search.ts";
import type { Delivery } from "./wire.ts";

interface DeliveriesProps {
  endpointId: string;
  search: EndpointSearch;
  place: (change: { [K in keyof EndpointSearch]?: EndpointSearch[K] | undefined }) => void;
  mayChange: boolean;
}

/** What was sent to an endpoint and how it was answered. */
export function Deliveries(props: DeliveriesProps) {
  const { endpointId, search, place } = props;
  const { status, session } = search;
  const pages = usePages<Delivery>(
    ["webhooks", "deliveries", endpointId, status ?? "all", session ?? "all"],
    `${pathOf("v1", "webhook-endpoints", endpointId)}/deliveries`,
    { status, sessionId: session },
    { everyMs: 3_000 },
  );
  const filtered = status !== undefined || session !== undefined;
  return (
    <>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h2 className="font-semibold">Deliveries</h2>
        <StatusFilter endpointId={endpointId} search={search} />
        {session && (
          <Button
            onClick={() => place({ session: undefined })}
            title={`Only call ${session}. Press to show all`}
          >
            Call <span className="mono">{shortId(session)}</span>
            <X size={13} aria-label="show all" />
          </Button>
        )}
      </div>
      <ListState
        list={pages.list}
        what="the deliveries"
        isEmpty={pages.items.length === 0}
        emptyTitle={filtered ? "No delivery is like this" : "Nothing was sent yet"}
        empty={!filtered && <p className="text-muted">Send a test, or start a call.</p>}
      />
      {pages.items.length > 0 && <DeliveryList pages={pages} {...props} />}
    </>
  );
}

function StatusFilter({ endpointId, search }: Pick<DeliveriesProps, "endpointId" | "search">) {
  return (
    <nav aria-label="Show deliveries that are" className="flex flex-wrap gap-1">
      {[undefined, ...STATUSES].map((each) => (
        <ChipLink
          key={each ?? "all"}
          to="/webhooks/$endpointId"
          params={{ endpointId }}
          search={compact({ ...search, status: each, delivery: undefined })}
          current={search.status === each}
        >
          {each ?? "all"}
        </ChipLink>
      ))}
    </nav>
  );
}

interface DeliveryListProps extends DeliveriesProps {
  pages: ReturnType<typeof usePages<Delivery>>;
}

function DeliveryList({ pages: { list, items }, endpointId, search, place, mayChange }: DeliveryListProps) {
  const columns = useMemo(() => columnsFor(endpointId, search), [endpointId, search]);
  const { delivery } = search;
  const pane = delivery && (
    <DeliveryPane
      key={delivery}
      deliveryId={delivery}
      mayChange={mayChange}
      onClose={() => place({ delivery: undefined })}
    />
  );
  return (
    <Split pane={pane}>
      <DataTable
        label="Deliveries"
        columns={columns}
        items={items}
        keyOf={({ deliveryId }) => deliveryId}
        selected={delivery}
        onWalk={(item) => place({ delivery: item.deliveryId })}
        hasMore={list.hasNextPage}
        loadingMore={list.isFetchingNextPage}
        onMore={() => void list.fetchNextPage()}
      />
    </Split>
  );
}

const columnsFor = (endpointId: string, search: EndpointSearch): Column<Delivery>[] => [
  {
    head: "Queued",
    width: "112px",
    className: "text-muted",
    cell: ({ createdAt }) => <When at={createdAt} />,
  },
  {
    head: "Event",
    width: "minmax(150px,1fr)",
    narrow: true,
    cell: (delivery, reach) => (
      <>
        <Link
          {...reach}
          to="/webhooks/$endpointId"
          params={{ endpointId }}
          search={{ ...search, delivery: delivery.deliveryId }}
          replace
        >
          <span className="mono">{delivery.eventType}</span>
        </Link>
        <span className="block truncate text-2xs text-faint md:hidden">
          <When at={delivery.createdAt} /> {delivery.lastAttempt && answerWords(delivery.lastAttempt)}
        </span>
      </>
    ),
  },
  { head: "Call", width: "116px", cell: ({ sessionId }) => sessionId && <SessionLink id={sessionId} /> },
  { head: "Status", width: "104px", narrow: true, cell: ({ status }) => <DeliveryMark status={status} /> },
  { head: "Attempts", spare: true, width: "64px", end: true, cell: ({ attempts }) => attempts },
  {
    head: "Answer",
    apart: true,
    spare: true,
    width: "minmax(110px,1fr)",
    className: "text-muted",
    cell: ({ lastAttempt }) =>
      lastAttempt && <span title={lastAttempt.error}>{answerWords(lastAttempt)}</span>,
  },
  {
    head: "Next",
    spare: true,
    width: "112px",
    className: "text-muted",
    cell: ({ nextAttemptAt }) => <When at={nextAttemptAt} />,
  },
];
