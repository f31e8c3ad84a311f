import { describe, familyOf, noteOf, weightOf, type CallEvent, type CallState } from "@callboard/api";
import { memo } from "react";
import { cx } from "../../ui/class-names.ts";
import { exactText, fineClockText } from "../../ui/format.ts";
import { FamilyMark } from "../../ui/marks.tsx";
import { ROW_PX } from "./use-event-list.ts";

interface TimelineRowProps {
  event: CallEvent;
  people: CallState["participants"];
  /** The instant that the row's time counts from. */
  zero: number;
  index: number;
  count: number;
  top: number;
  selected: boolean;
  /** The one row that the Tab key reaches; the arrows lead to the others. */
  reachable: boolean;
  onOpen: () => void;
}

const offsetText = (ms: number): string => (ms < 0 ? `−${fineClockText(-ms)}` : fineClockText(ms));

export const TimelineRow = memo(function TimelineRow(props: TimelineRowProps) {
  const { event, selected } = props;
  const at = Date.parse(event.ts);
  const note = noteOf(event);
  return (
    <div
      role="listitem"
      aria-posinset={props.index + 1}
      aria-setsize={props.count}
      className="absolute inset-x-0"
      style={{ height: ROW_PX, transform: `translateY(${props.top}px)` }}
    >
      <button
        type="button"
        data-index={props.index}
        tabIndex={props.reachable ? 0 : -1}
        aria-expanded={selected}
        onClick={props.onOpen}
        className={cx(
          "grid h-full w-full grid-cols-[54px_minmax(0,auto)_1fr] items-center gap-2.5 border-b border-line/55 px-3 text-left -outline-offset-2 sm:grid-cols-[34px_62px_218px_1fr_auto]",
          selected ? "bg-accent/9 shadow-[inset_2px_0_var(--accent)]" : "hover:bg-raised/70",
        )}
      >
        <span className="mono hidden text-right text-faint sm:block">{event.sequence}</span>
        <span className="mono text-right text-muted" title={exactText(at)}>
          {offsetText(at - props.zero)}
        </span>
        <span className="mono flex min-w-0 items-center gap-2">
          <FamilyMark family={familyOf(event.type)} weight={weightOf(event.type)} />
          <span className="truncate">{event.type.replace("orchestration.", "orch.")}</span>
        </span>
        <span className="truncate text-muted">{describe(event, props.people)}</span>
        <span className="hidden text-2xs text-faint sm:block">{note}</span>
      </button>
    </div>
  );
});
