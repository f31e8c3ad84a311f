import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { compact } from "../../core/search-text.ts";
import { usePages } from "../../core/use-pages.ts";
import type { ApiRequest } from "../../core/wire.ts";
import { actorWords } from "../../ui/audit-words.ts";
import { cx } from "../../ui/class-names.ts";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { shortId } from "../../ui/format.ts";
import { Badge } from "../../ui/marks.tsx";
import { ListState } from "../../ui/notes.tsx";
import { SessionLink } from "../../ui/object-link.tsx";
import { Split } from "../../ui/split.tsx";
import { When } from "../../ui/when.tsx";
import { RequestPane } from "./request-pane.tsx";
import { answerWords, deedWords } from "./request-words.ts";
import type { Place, ProviderSearch } from "./search.ts";

interface RequestsLogProps {
  search: ProviderSearch;
  place: Place;
}

/** The API requests that changed something or tried to. */
export function RequestsLog({ search, place }: RequestsLogProps) {
  const { session, method, status, by } = search;
  const { list, items } = usePages<ApiRequest>(
    ["requests", { session, method, status, by }],
    "/v1/requests",
    { sessionId: session, method, status, principalId: by },
    { everyMs: 5_000 },
  );
  const columns = useMemo(() => columnsFor(search), [search]);
  const open = items.find(({ requestId }) => requestId === search.request);
  const filtered = [session, method, status, by].some((value) => value !== undefined);
  return (
    <>
      <ListState
        list={list}
        what="the requests"
        isEmpty={items.length === 0}
        emptyTitle={filtered ? "No request is like this" : "Nothing was asked for yet"}
        empty={
          filtered ? (
            <Link
              to="/provider"
              search={{ show: "requests" }}
              className="text-accent underline underline-offset-2"
            >
              Show all requests
            </Link>
          ) : (
            <p className="text-muted">
              Whatever a program or a person changes by the API appears here, refused or not.
            </p>
          )
        }
      />
      {items.length > 0 && (
        <Split
          pane={
            open && (
              <RequestPane request={open} search={search} onClose={() => place({ request: undefined })} />
            )
          }
        >
          <DataTable
            label="API requests"
            columns={columns}
            items={items}
            keyOf={({ requestId }) => requestId}
            selected={search.request}
            onWalk={({ requestId }) => place({ request: requestId })}
            hasMore={list.hasNextPage}
            loadingMore={list.isFetchingNextPage}
            onMore={() => void list.fetchNextPage()}
          />
        </Split>
      )}
    </>
  );
}

function AnswerMark({ status, code }: Pick<ApiRequest, "status" | "code">) {
  const { tone, word } = answerWords(status);
  return (
    <Badge tone={tone} title={code ?? `HTTP ${status}`}>
      {status} {word}
    </Badge>
  );
}

const columnsFor = (search: ProviderSearch): Column<ApiRequest>[] => [
  {
    head: "Arrived",
    width: "100px",
    narrow: true,
    className: "text-muted max-md:order-1 max-md:text-right",
    cell: ({ at, status, code }) => (
      <>
        <When at={at} />
        <span className="block md:hidden">
          <AnswerMark status={status} code={code} />
        </span>
      </>
    ),
  },
  {
    head: "Request",
    width: "minmax(150px,1.3fr)",
    narrow: true,
    cell: (request, reach) => (
      <>
        <Link
          {...reach}
          to="/provider"
          search={compact({ ...search, request: request.requestId })}
          replace
          title={`${request.method} ${request.path}`}
          className={cx(reach.className, "block truncate font-medium")}
        >
          {deedWords(request)}
        </Link>
        <span className="block truncate text-2xs text-faint md:hidden">
          {request.sessionId ? `${shortId(request.sessionId)}, ` : ""}by {actorWords(request.principal)}
        </span>
      </>
    ),
  },
  {
    head: "By",
    width: "minmax(110px,1fr)",
    className: "text-muted",
    cell: ({ principal }) => <span title={`${principal.kind} ${principal.id}`}>{actorWords(principal)}</span>,
  },
  { head: "Call", width: "116px", cell: ({ sessionId }) => sessionId && <SessionLink id={sessionId} /> },
  { head: "Answer", width: "112px", cell: (request) => <AnswerMark {...request} /> },
  {
    head: "Code",
    spare: true,
    width: "minmax(90px,1fr)",
    className: "text-muted mono",
    cell: ({ code }) => code && <span title={code}>{code}</span>,
  },
  {
    head: "Took",
    spare: true,
    width: "64px",
    end: true,
    className: "text-muted",
    cell: ({ durationMs }) => `${durationMs} ms`,
  },
];
