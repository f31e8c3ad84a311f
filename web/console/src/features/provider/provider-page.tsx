import { Link, useNavigate } from "@tanstack/react-router";
import { useCallback, useMemo } from "react";
import { compact } from "../../core/search-text.ts";
import { useMay } from "../../core/use-me.ts";
import { usePages } from "../../core/use-pages.ts";
import type { Receipt } from "../../core/wire.ts";
import { Button } from "../../ui/button.tsx";
import { cx } from "../../ui/class-names.ts";
import { ChipLink } from "../../ui/chips.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { shortId } from "../../ui/format.ts";
import { Chip } from "../../ui/marks.tsx";
import { ListState } from "../../ui/notes.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Page } from "../../ui/page.tsx";
import { Split } from "../../ui/split.tsx";
import { When } from "../../ui/when.tsx";
import { ChangesPanel } from "./changes-panel.tsx";
import { OutcomeMark } from "./outcome.tsx";
import { ReceiptPane } from "./receipt-pane.tsx";
import { Parts } from "./parts.tsx";
import { Rejections } from "./rejections.tsx";
import { AnswerFilter, CallerFilter, MethodFilter } from "./request-filters.tsx";
import { RequestsLog } from "./requests-log.tsx";
import { OUTCOMES, type Place, type ProviderSearch } from "./search.ts";
import { SessionFilter } from "./session-filter.tsx";

/** Every delivery of the media provider as it arrived and what became of it; the API requests that changed something, beside. */
export function ProviderPage({ search }: { search: ProviderSearch }) {
  const navigate = useNavigate({ from: "/provider" });
  const place: Place = useCallback(
    (change) => void navigate({ search: (old) => compact({ ...old, ...change }), replace: true }),
    [navigate],
  );
  return search.show === "requests" ? (
    <Requests search={search} place={place} />
  ) : (
    <Deliveries search={search} place={place} />
  );
}

interface PartProps {
  search: ProviderSearch;
  place: Place;
}

function Requests({ search, place }: PartProps) {
  return (
    <Page
      title="Provider log"
      part="API requests"
      lead="Requests of programs and people that changed something or tried to, of the last 30 days. Events and checkpoints are not among them. After a crash or a flood some may be missing; the audit misses none."
      beside={
        <>
          <Parts search={search} />
          <AnswerFilter search={search} />
        </>
      }
      actions={
        <>
          <CallerFilter search={search} place={place} />
          <MethodFilter search={search} place={place} />
          <SessionFilter
            session={search.session}
            onChoose={(session) => place({ session, request: undefined })}
          />
        </>
      }
    >
      <RequestsLog search={search} place={place} />
    </Page>
  );
}

function Deliveries({ search, place }: PartProps) {
  const { outcome, session } = search;
  const pages = usePages<Receipt>(
    ["receipts", outcome ?? "all", session ?? "all"],
    "/v1/provider/receipts",
    { outcome, sessionId: session },
    { everyMs: 5_000 },
  );
  const filtered = outcome !== undefined || session !== undefined;
  return (
    <Page
      title="Provider log"
      lead="Every delivery of the media server as it came. Of those that are not genuine only a count is kept."
      beside={
        <>
          <Parts search={search} />
          <OutcomeFilter search={search} />
        </>
      }
      actions={<Actions search={search} place={place} />}
    >
      <Rejections />
      <ListState
        list={pages.list}
        what="the deliveries"
        isEmpty={pages.items.length === 0}
        emptyTitle={filtered ? "No delivery is like this" : "Nothing was delivered yet"}
        empty={filtered ? <ShowAll /> : <HowTheyCome />}
      />
      <Log pages={pages} search={search} place={place} />
    </Page>
  );
}

function Actions({ search, place }: { search: ProviderSearch; place: Place }) {
  const mayAudit = useMay("manage");
  const shown = search.changes === true && search.receipt === undefined;
  return (
    <>
      <SessionFilter session={search.session} onChoose={(id) => place({ session: id, receipt: undefined })} />
      {mayAudit && (
        <Button
          aria-pressed={shown}
          className="aria-pressed:border-accent/50 aria-pressed:bg-accent/10 aria-pressed:text-accent"
          onClick={() => place({ changes: shown ? undefined : true, receipt: undefined })}
        >
          Changes by API
        </Button>
      )}
    </>
  );
}

interface LogProps {
  pages: ReturnType<typeof usePages<Receipt>>;
  search: ProviderSearch;
  place: Place;
}

function Log({ pages: { list, items }, search, place }: LogProps) {
  const mayAudit = useMay("manage");
  const columns = useMemo(() => columnsFor(search), [search]);
  const open = items.find(({ receiptId }) => receiptId === search.receipt);
  const showChanges = open === undefined && search.changes === true && mayAudit;
  if (items.length === 0 && !showChanges) return null;
  const pane = open ? (
    <ReceiptPane receipt={open} mayAudit={mayAudit} onClose={() => place({ receipt: undefined })} />
  ) : (
    showChanges && <ChangesPanel session={search.session} onClose={() => place({ changes: undefined })} />
  );
  return (
    <Split pane={pane}>
      {items.length > 0 ? (
        <DataTable
          label="Deliveries"
          columns={columns}
          items={items}
          keyOf={({ receiptId }) => receiptId}
          selected={search.receipt}
          onWalk={({ receiptId }) => place({ receipt: receiptId })}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      ) : (
        <span />
      )}
    </Split>
  );
}

const ShowAll = () => (
  <Link to="/provider" search={{}} className="text-accent underline underline-offset-2">
    Show all deliveries
  </Link>
);

function HowTheyCome() {
  return (
    <>
      <p className="text-muted">
        LiveKit posts them to <code className="mono">/v1/call/livekit/events</code> once its{" "}
        <code className="mono">webhook.urls</code> name that address. The connection test says whether it
        does.
      </p>
      <Link to="/settings/livekit" className="text-accent underline underline-offset-2">
        Test the connection
      </Link>
    </>
  );
}

function OutcomeFilter({ search }: { search: ProviderSearch }) {
  return (
    <nav aria-label="Show deliveries that were" className="flex flex-wrap gap-1">
      {[undefined, ...OUTCOMES].map((outcome) => (
        <ChipLink
          key={outcome ?? "all"}
          to="/provider"
          search={compact({ ...search, outcome, receipt: undefined })}
          current={search.outcome === outcome}
        >
          {outcome ?? "all"}
        </ChipLink>
      ))}
    </nav>
  );
}

const columnsFor = (search: ProviderSearch): Column<Receipt>[] => [
  {
    head: "Received",
    width: "100px",
    narrow: true,
    className: "text-muted max-md:order-1 max-md:text-right",
    cell: ({ receivedAt, outcome }) => (
      <>
        <When at={receivedAt} />
        <span className="block md:hidden">
          <OutcomeMark outcome={outcome} />
        </span>
      </>
    ),
  },
  {
    head: "Event",
    width: "minmax(110px,1fr)",
    narrow: true,
    cell: (receipt, reach) => (
      <>
        <span className="flex min-w-0 items-center gap-2">
          <Link
            {...reach}
            to="/provider"
            search={{ ...search, receipt: receipt.receiptId }}
            replace
            className={cx(reach.className, "mono truncate")}
          >
            {receipt.event || "unreadable"}
          </Link>
          {receipt.provider === "simulated" && <Chip>Simulated</Chip>}
        </span>
        <span className="block truncate text-2xs text-faint md:hidden">
          {receipt.reason ?? (receipt.sessionId && shortId(receipt.sessionId))}
        </span>
      </>
    ),
  },
  { head: "Call", width: "116px", cell: ({ sessionId }) => sessionId && <SessionLink id={sessionId} /> },
  { head: "Outcome", width: "100px", cell: ({ outcome }) => <OutcomeMark outcome={outcome} /> },
  {
    head: "Reason",
    spare: true,
    width: "minmax(110px,1.2fr)",
    className: "text-muted",
    cell: ({ reason, attempts }) => (
      <span title={reason}>
        {reason}
        {attempts > 1 && <span className="text-faint"> processed {attempts} times</span>}
      </span>
    ),
  },
];
