/** The marks of actions, decisions and errors: shapes over the canvas that a person can reach. */
import { describe, eventOf, type CallState, type Mark, type MarkKind } from "@callboard/api";
import { useRef, type KeyboardEvent } from "react";
import { cx } from "../../../ui/class-names.ts";
import type { Cluster } from "./clusters.ts";
import { offsetText } from "./ticks.ts";

const INKS: Record<MarkKind, string> = {
  proposed: "text-action",
  executed: "text-action",
  cancelled: "text-faint",
  waiting: "text-safety",
  approved: "text-ok",
  blocked: "text-bad",
  warning: "text-warn",
  error: "text-bad",
  failure: "text-bad",
};

export const MARK_WORDS: Record<MarkKind, string> = {
  proposed: "Proposed",
  waiting: "Waits for a yes",
  approved: "Approved",
  blocked: "Blocked by policy",
  executed: "Done",
  cancelled: "Cancelled",
  warning: "Warning",
  error: "Error",
  failure: "Failed",
};

const DIAMOND = "M8 2.2 13.8 8 8 13.8 2.2 8z";

/** Each kind by a shape of its own: hollow is open, solid is done, red went wrong. */
export function MarkShape({ kind, size = 16 }: { kind: MarkKind; size?: number }) {
  const line = { fill: "none", stroke: "currentColor", strokeWidth: 1.7 } as const;
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="currentColor"
      className={cx("shrink-0", INKS[kind])}
      aria-hidden
    >
      {kind === "proposed" && <path d={DIAMOND} {...line} />}
      {kind === "executed" && <path d={DIAMOND} />}
      {kind === "cancelled" && (
        <>
          <path d={DIAMOND} {...line} />
          <path d="M5.6 8h4.8" {...line} />
        </>
      )}
      {kind === "waiting" && (
        <>
          <path d={DIAMOND} {...line} />
          <circle cx="8" cy="8" r="1.9" />
        </>
      )}
      {kind === "approved" && <path d="M3.4 8.4l3 3 6.2-6.6" {...line} strokeWidth={2.2} />}
      {kind === "blocked" && <path d="M8 2.4l6 10.8H2z" />}
      {kind === "warning" && <circle cx="8" cy="8" r="4" {...line} strokeWidth={2} />}
      {kind === "error" && <circle cx="8" cy="8" r="4.6" />}
      {kind === "failure" && (
        <path d="M4 4l8 8M12 4l-8 8" {...line} strokeWidth={2.4} strokeLinecap="round" />
      )}
    </svg>
  );
}

/** What a mark tells, in a line. */
export function markText(mark: Mark, call: CallState): string {
  const event = eventOf(call.events, mark.sequence);
  const line = event ? describe(event, call.participants) : "";
  return [MARK_WORDS[mark.kind], line].filter(Boolean).join(": ");
}

/** The lines of a cluster: what it holds, each with its time. */
export function clusterLines(cluster: Cluster, call: CallState, zero: number): string[] {
  const lines = cluster.marks
    .slice(0, 4)
    .map((mark) => `${offsetText(mark.at - zero, true)} ${markText(mark, call)}`);
  if (cluster.marks.length > 4) lines.push(`and ${cluster.marks.length - 4} more`);
  return lines;
}

interface MarksProps {
  name: string;
  clusters: readonly Cluster[];
  call: CallState;
  zero: number;
  top: number;
  /** The sequence that is chosen. */
  at: number | undefined;
  onPick: (sequence: number) => void;
  onHover: (cluster: Cluster | undefined) => void;
}

/** One lane of marks. The Tab key comes to one of them; the arrow keys lead along. */
export function Marks({ name, clusters, call, zero, top, at, onPick, onHover }: MarksProps) {
  const lane = useRef<HTMLDivElement>(null);
  const chosen = clusters.findIndex((cluster) => cluster.marks.some((mark) => mark.sequence === at));
  const reachable = chosen >= 0 ? chosen : clusters.length - 1;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const buttons = [...(lane.current?.querySelectorAll("button") ?? [])];
    const next = buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step];
    event.preventDefault();
    event.stopPropagation();
    next?.focus();
  };
  return (
    <div
      ref={lane}
      role="group"
      aria-label={name}
      className="absolute inset-x-0"
      style={{ top }}
      onKeyDown={onKeyDown}
    >
      {clusters.map((cluster, index) => (
        <button
          key={cluster.key}
          type="button"
          tabIndex={index === reachable ? 0 : -1}
          aria-label={clusterLines(cluster, call, zero).join("; ")}
          aria-pressed={index === chosen}
          className="absolute grid size-[26px] -translate-x-1/2 place-items-center rounded-full aria-pressed:bg-accent/18"
          style={{ left: cluster.x }}
          onPointerDown={(event) => event.stopPropagation()}
          onPointerEnter={() => onHover(cluster)}
          onPointerLeave={() => onHover(undefined)}
          onClick={() => onPick(nextOf(cluster, at))}
        >
          <MarkShape kind={cluster.kind} />
          {cluster.marks.length > 1 && (
            <span className="absolute top-0 left-[17px] rounded bg-panel/85 px-px text-[9.5px] leading-3 font-semibold text-muted">
              {cluster.marks.length > 99 ? "99+" : cluster.marks.length}
            </span>
          )}
        </button>
      ))}
    </div>
  );
}

/** The first of a cluster; where one of it is chosen already, the next. */
function nextOf(cluster: Cluster, at: number | undefined): number {
  const { marks } = cluster;
  const here = marks.findIndex((mark) => mark.sequence === at);
  return marks[(here + 1) % marks.length]!.sequence;
}
