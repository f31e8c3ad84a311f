import type { Session } from "@callboard/api";
import { Link } from "@tanstack/react-router";
import { useMemo } from "react";
import { useNow } from "../../core/use-now.ts";
import { cx } from "../../ui/class-names.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { DataTable, type Column } from "../../ui/data-table.tsx";
import { clockText, countText } from "../../ui/format.ts";
import { Chip, StateChip } from "../../ui/marks.tsx";
import { When } from "../../ui/when.tsx";
import type { Rates } from "./rate.ts";
import { titleOf } from "./title.ts";

interface CallsTableProps {
  calls: readonly Session[];
  rates: Rates;
  hasMore: boolean;
  loadingMore: boolean;
  onMore: () => void;
}

export function CallsTable({ calls, rates, ...more }: CallsTableProps) {
  const now = useNow(calls.some((call) => call.status === "active"));
  const columns = useMemo(() => columnsAt(now, rates), [now, rates]);
  return (
    <DataTable label="Calls" columns={columns} items={calls} keyOf={(call) => call.sessionId} {...more} />
  );
}

/** What carries the call where that is not a media server: said wherever such a call is shown. */
const isSimulated = (call: Session): boolean => call.provider === "simulated";

const columnsAt = (now: number, rates: Rates): Column<Session>[] => [
  {
    head: "State",
    width: "172px",
    narrow: true,
    className: "max-md:order-last",
    cell: (call) => <StateChip status={call.status} connection={call.connection} />,
  },
  {
    head: "Who",
    width: "minmax(160px,1fr)",
    narrow: true,
    cell: (call, reach) => (
      <>
        <span className="flex min-w-0 items-center gap-2">
          <Link
            {...reach}
            to="/calls/$sessionId"
            params={{ sessionId: call.sessionId }}
            className={cx(reach.className, "truncate font-medium")}
          >
            {titleOf(call)}
          </Link>
          {isSimulated(call) && <Chip title="A scripted client plays this call">Simulated</Chip>}
          {call.correlationId && <span className="truncate text-faint">{call.correlationId}</span>}
        </span>
        <span className="flex gap-2 text-2xs text-faint md:hidden">
          <When at={call.createdAt} />
          {durationText(call, now)}
        </span>
      </>
    ),
  },
  { head: "Since", width: "112px", className: "text-muted", cell: (call) => <When at={call.createdAt} /> },
  { head: "Duration", width: "76px", end: true, cell: (call) => durationText(call, now) },
  { head: "Events", width: "76px", end: true, cell: (call) => countText(call.latestSequence) },
  {
    head: "Rate",
    width: "64px",
    end: true,
    className: "text-muted",
    cell: (call) => {
      const rate = rates.perSecond(call.sessionId, now);
      return (
        rate !== undefined && <span title="Events a second over the last 10 s">{rate.toFixed(1)}/s</span>
      );
    },
  },
  {
    head: "Id",
    width: "156px",
    spare: true,
    apart: true,
    className: "text-faint",
    cell: (call) => (
      <span className="relative z-1">
        <CopyId id={call.sessionId} label="session id" />
      </span>
    ),
  },
];

function durationText(call: Session, now: number): string | undefined {
  if (!call.connectedAt) return undefined;
  const over = call.endedAt ?? call.failedAt;
  return clockText((over ? Date.parse(over) : now) - Date.parse(call.connectedAt));
}
