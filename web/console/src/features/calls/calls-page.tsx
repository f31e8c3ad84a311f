import { asApiError, type SessionStatus } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { Button } from "../../ui/button.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { CallsTable } from "./calls-table.tsx";
import { STATUSES } from "./search.ts";
import { useCalls } from "./use-calls.ts";
import { useStartCall } from "./use-start-call.ts";

/** The calls of the tenant, newest first, live. */
export function CallsPage({ status }: { status: SessionStatus | undefined }) {
  const { list, rates, polling } = useCalls(status);
  const start = useStartCall();
  const calls = list.data?.pages.flatMap((page) => page.items) ?? [];
  const startButton = (
    <Button look="primary" busy={start.isPending} onClick={() => start.mutate()}>
      {!start.isPending && <Plus size={14} aria-hidden />}
      Start a call
    </Button>
  );
  const empty = list.isSuccess && calls.length === 0;
  return (
    <div className="flex h-full flex-col gap-3 px-3.5 py-3.5 sm:px-[18px]">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold tracking-tight">Calls</h1>
        <Filters />
        {polling && <span className="text-faint">Read anew every 10 s</span>}
        <div className="ml-auto">{!(empty && status === undefined) && startButton}</div>
      </div>
      <div className="grid gap-2 empty:hidden">
        {start.isError && <ProblemNote error={asApiError(start.error)} what="The call was not started" />}
        {list.isError && (
          <ProblemNote error={asApiError(list.error)} what="The calls could not be read">
            <Button onClick={() => void list.refetch()}>Try again</Button>
          </ProblemNote>
        )}
      </div>
      {list.isPending && <Loading what="the calls" />}
      {empty &&
        (status === undefined ? <FirstCall>{startButton}</FirstCall> : <NoneLikeThis status={status} />)}
      {calls.length > 0 && (
        <CallsTable
          calls={calls}
          rates={rates}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
    </div>
  );
}

function FirstCall({ children }: { children: React.ReactNode }) {
  return (
    <Empty title="No calls yet">
      <p className="text-muted">
        Start one and send its link to someone. You will see who joins, what is said, and everything that
        happens, as it happens.
      </p>
      <div className="mt-2">{children}</div>
    </Empty>
  );
}

function NoneLikeThis({ status }: { status: SessionStatus }) {
  return (
    <Empty title={`No ${status} calls`}>
      <Link to="/calls" search={{}} className="text-accent underline underline-offset-2">
        Show all calls
      </Link>
    </Empty>
  );
}

function Filters() {
  return (
    <nav aria-label="Show calls that are" className="flex flex-wrap gap-1">
      {[undefined, ...STATUSES].map((each) => (
        <Link
          key={each ?? "all"}
          to="/calls"
          search={each ? { status: each } : {}}
          replace
          activeOptions={{ exact: true }}
          className="rounded-full border border-line px-2.5 py-0.5 text-xs font-medium text-muted transition-colors hover:border-edge hover:text-ink aria-[current=page]:border-accent/50 aria-[current=page]:bg-accent/10 aria-[current=page]:text-accent"
        >
          {each ?? "all"}
        </Link>
      ))}
    </nav>
  );
}
