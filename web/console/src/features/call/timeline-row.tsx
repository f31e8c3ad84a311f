import { describe, familyOf, noteOf, weightOf, type CallEvent, type CallState } from "@callboard/api";
import { Braces } from "lucide-react";
import { memo } from "react";
import { cx } from "../../ui/class-names.ts";
import { exactText } from "../../ui/format.ts";
import { FamilyMark } from "../../ui/marks.tsx";
import { offsetText } from "./strip/ticks.ts";
import { ROW_PX } from "./use-event-list.ts";

interface TimelineRowProps {
  /** Absent while it is on its way. */
  event: CallEvent | undefined;
  sequence: number;
  people: CallState["participants"];
  /** The instant that the row's time counts from. */
  zero: number;
  index: number;
  count: number;
  top: number;
  selected: boolean;
  /** The one row that the Tab key reaches; the arrows lead to the others. */
  reachable: boolean;
  onPick: (sequence: number) => void;
  onRaw: (sequence: number) => void;
}

const COLUMNS =
  "grid h-full w-full grid-cols-[58px_minmax(0,auto)_1fr] items-center gap-2.5 border-b border-line/55 px-3 sm:grid-cols-[44px_66px_218px_1fr_auto]";

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { event, sequence, selected } = props;
  return (
    <div
      role="listitem"
      aria-posinset={props.index + 1}
      aria-setsize={props.count}
      className="absolute inset-x-0"
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
    >
      {event ? <Known {...props} event={event} /> : <Awaited sequence={sequence} />}
      {event && selected && (
        <button
          type="button"
          tabIndex={props.reachable ? 0 : -1}
          aria-label={`Raw form of event ${sequence}`}
          title="Raw event (Enter)"
          className="absolute top-[3px] right-2 grid size-[22px] place-items-center rounded-md border border-line bg-panel text-muted hover:text-ink"
          onClick={() => props.onRaw(sequence)}
        >
          <Braces size={13} aria-hidden />
        </button>
      )}
    </div>
  );
});

function Known(props: TimelineRowProps & { event: CallEvent }) {
  const { event, selected, sequence } = props;
  const at = Date.parse(event.ts);
  const weight = weightOf(event.type);
  return (
    <button
      type="button"
      data-index={props.index}
      tabIndex={props.reachable ? 0 : -1}
      aria-current={selected}
      onClick={() => props.onPick(sequence)}
      onDoubleClick={() => props.onRaw(sequence)}
      onKeyDown={(key) => {
        if (key.key !== "Enter") return;
        key.preventDefault();
        key.stopPropagation();
        props.onRaw(sequence);
      }}
      className={cx(
        COLUMNS,
        "text-left -outline-offset-2",
        selected ? "bg-accent/9 pr-10 shadow-[inset_2px_0_var(--accent)]" : "hover:bg-raised/70",
      )}
    >
      <span className="mono hidden text-right text-faint sm:block">{sequence}</span>
      <span className="mono text-right text-muted" title={exactText(at)}>
        {offsetText(at - props.zero, true)}
      </span>
      <span className="mono flex min-w-0 items-center gap-2">
        <FamilyMark family={familyOf(event.type)} weight={weight} />
        <span className={cx("truncate", weight === "bad" && "text-bad", weight === "warn" && "text-warn")}>
          {event.type.replace("orchestration.", "orch.")}
        </span>
      </span>
      <span className="truncate text-muted">{describe(event, props.people)}</span>
      <span className="hidden text-2xs text-faint sm:block">{noteOf(event)}</span>
    </button>
  );
}

function Awaited({ sequence }: { sequence: number }) {
  return (
    <div className={COLUMNS} aria-busy>
      <span className="mono hidden text-right text-faint sm:block">{sequence}</span>
      <span className="ml-auto h-2 w-9 rounded bg-line" />
      <span className="h-2 w-32 rounded bg-line" />
      <span className="h-2 w-2/3 rounded bg-line/60" />
    </div>
  );
}
