import { asApiError } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import { Plus } from "lucide-react";
import { useMemo, useState, type ReactNode } from "react";
import { serverNow } from "../../core/clock.ts";
import { useFirstSteps } from "../../core/first-steps.ts";
import { useMay } from "../../core/use-me.ts";
import { Button } from "../../ui/button.tsx";
import { countText } from "../../ui/format.ts";
import { Page } from "../../ui/page.tsx";
import { ProblemNote } from "../../ui/problem.tsx";
import { Empty, Loading } from "../../ui/states.tsx";
import { CallsTable } from "./calls-table.tsx";
import { MoreFilters, MoreFiltersButton, StatusFilter, TextFilter } from "./filters.tsx";
import { FirstStepsPanel } from "./first-steps.tsx";
import { countFilters, queryOf, type CallsSearch } from "./search.ts";
import { useCalls } from "./use-calls.ts";
import { useStartCall } from "./use-start-call.ts";

/** With fewer calls than this an installation is taken for a fresh one. */
const FRESH = 5;

/** The calls of the tenant, newest first, live. */
export function CallsPage({ search }: { search: CallsSearch }) {
  const asked = JSON.stringify(search);
  const query = useMemo(() => queryOf(JSON.parse(asked) as CallsSearch, serverNow()), [asked]);
  const { list, rates, polling } = useCalls(query);
  const [filtersOpen, setFiltersOpen] = useState(() => countFilters(search) > 0);
  const start = useStartCall();
  const mayStart = useMay("start");
  const calls = useMemo(() => list.data?.pages.flatMap((page) => page.items) ?? [], [list.data]);
  const plain = search.status === undefined && countFilters(search) === 0 && search.text === undefined;
  const steps = useShowSteps(plain && list.isSuccess && !list.hasNextPage, calls.length);
  const empty = list.isSuccess && calls.length === 0;
  const startButton = mayStart && (
    <Button look="primary" busy={start.isPending} onClick={() => start.mutate()}>
      {!start.isPending && <Plus size={14} aria-hidden />}
      Start a call
    </Button>
  );
  return (
    <Page
      title="Calls"
      beside={
        <>
          <StatusFilter search={search} />
          {polling && <span className="text-faint">Read anew every 10 s</span>}
        </>
      }
      actions={
        <>
          <TextFilter search={search} />
          <MoreFiltersButton search={search} open={filtersOpen} onOpen={setFiltersOpen} />
          {!(empty && plain) && startButton}
        </>
      }
    >
      {filtersOpen && <MoreFilters search={search} />}
      <Refusals list={list} start={start} />
      {steps && <FirstStepsPanel />}
      {list.isPending && <Loading what="the calls" />}
      {empty && (plain ? <FirstCall>{startButton}</FirstCall> : <NoneLikeThis search={search} />)}
      {calls.length > 0 && (
        <CallsTable
          calls={calls}
          rates={rates}
          hasMore={list.hasNextPage}
          loadingMore={list.isFetchingNextPage}
          onMore={() => void list.fetchNextPage()}
        />
      )}
      {search.text !== undefined && calls.length > 0 && (
        <p role="status" className="text-muted">
          {list.hasNextPage ? `The newest ${countText(calls.length)} found` : foundWords(calls.length)}
        </p>
      )}
    </Page>
  );
}

const foundWords = (calls: number): string =>
  calls === 1 ? "1 call found" : `${countText(calls)} calls found`;

function useShowSteps(known: boolean, calls: number): boolean {
  const choice = useFirstSteps();
  return choice === "shown" || (choice === "auto" && known && calls < FRESH);
}

interface RefusalsProps {
  list: ReturnType<typeof useCalls>["list"];
  start: ReturnType<typeof useStartCall>;
}

function Refusals({ list, start }: RefusalsProps) {
  return (
    <div className="grid gap-2 empty:hidden">
      {start.isError && <ProblemNote error={asApiError(start.error)} what="The call was not started" />}
      {list.isError && (
        <ProblemNote error={asApiError(list.error)} what="The calls could not be read">
          <Button onClick={() => void list.refetch()}>Try again</Button>
        </ProblemNote>
      )}
    </div>
  );
}

function FirstCall({ children }: { children: ReactNode }) {
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

function NoneLikeThis({ search }: { search: CallsSearch }) {
  const only = search.status !== undefined && Object.keys(search).length === 1;
  return (
    <Empty title={only ? `No ${search.status} calls` : "No call is like this"}>
      <Link to="/calls" search={{}} className="text-accent underline underline-offset-2">
        Show all calls
      </Link>
    </Empty>
  );
}
