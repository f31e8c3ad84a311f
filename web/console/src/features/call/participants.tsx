import { isOver, nameOf, words, type CallState, type ParticipantView } from "@callboard/api";
import { useMemo } from "react";
import { useNow } from "../../core/use-now.ts";
import { cx } from "../../ui/class-names.ts";
import { clockText, exactText } from "../../ui/format.ts";
import { lanesOf, rangeOf, ticksOf, type Lane, type Span } from "./lanes.ts";

const HUES = ["text-call", "text-usage", "text-action", "text-safety", "text-transcript"];

/** Who is and was in the call: a lane each, with presence, speech, and cuts of the connection. */
export function Participants({ call }: { call: CallState }) {
  const now = useNow(!isOver(call));
  const lanes = useMemo(() => lanesOf(call, now), [call, now]);
  const range = rangeOf(call, now);
  if (lanes.length === 0 || !range) {
    return (
      <section aria-label="Participants" className="card px-3 py-2.5 text-muted">
        {isOver(call)
          ? "Nobody joined this call."
          : "Nobody has joined yet. Whoever opens the join link appears here."}
      </section>
    );
  }
  const length = range.to - range.from;
  const ticks = ticksOf(range.to - range.zero).map((at) => ({
    at,
    share: (range.zero - range.from + at) / length,
  }));
  return (
    <section aria-label="Participants" className="card relative overflow-hidden">
      <div
        tabIndex={0}
        role="group"
        aria-label="Lanes of the participants"
        className="grid max-h-[210px] grid-cols-[minmax(0,42%)_1fr] overflow-y-auto -outline-offset-2 sm:grid-cols-[minmax(148px,auto)_1fr]"
      >
        <div className="h-[22px] border-r border-line" />
        <div className="relative h-[22px]" aria-hidden>
          {ticks.map(({ at, share }) => (
            <span
              key={at}
              className="mono absolute top-1 pl-1 text-[10.5px] text-faint max-sm:even:hidden"
              style={place(share)}
            >
              {share < 0.96 && clockText(at)}
            </span>
          ))}
        </div>
        {lanes.map((lane, index) => (
          <LaneRow
            key={lane.person.participantId}
            lane={lane}
            hue={HUES[index % HUES.length]!}
            ticks={ticks}
          />
        ))}
      </div>
    </section>
  );
}

const place = (share: number) => ({ left: `calc(10px + (100% - 20px) * ${share})` });

interface Tick {
  at: number;
  share: number;
}

function LaneRow({ lane, hue, ticks }: { lane: Lane; hue: string; ticks: readonly Tick[] }) {
  const { person, lost } = lane;
  return (
    <>
      <div className="flex h-[26px] items-center gap-2 min-w-0 border-r border-line px-3">
        <i className={cx("size-2 shrink-0 rounded-[2px] bg-current", hue)} aria-hidden />
        <span className="max-w-40 truncate font-medium max-sm:shrink-0" title={person.identity}>
          {nameOf(person)}
        </span>
        <span
          className={cx("truncate whitespace-nowrap", lost ? "text-warn" : "text-faint")}
          title={stateTitle(person)}
        >
          {stateWords(person, lost)}
        </span>
      </div>
      <div className={cx("relative h-[26px]", hue)} aria-hidden>
        {ticks.map(({ at, share }) => (
          <i key={at} className="absolute inset-y-0 w-px bg-line/70" style={place(share)} />
        ))}
        <Bars spans={lane.presence} className="inset-y-1.5 rounded-[3px] bg-current/16" />
        <Bars spans={lane.speech} className="inset-y-2 min-w-[3px] rounded-[2px] bg-current/90" />
        <Bars spans={lane.cuts} className="hatched inset-y-1.5 min-w-[9px]" />
      </div>
    </>
  );
}

function Bars({ spans, className }: { spans: readonly Span[]; className: string }) {
  return spans.map(([from, to]) => (
    <i
      key={from}
      className={cx("absolute", className)}
      style={{ ...place(from), width: `calc((100% - 20px) * ${to - from})` }}
    />
  ));
}

/** Reasons that say no more than "left" does. */
const DULL = new Set(["left", "session_over"]);

function stateWords(person: ParticipantView, lost: boolean): string {
  const role = person.role === "caller" ? "" : person.role;
  if (person.state === "left") {
    const why = person.leaveReason && !DULL.has(person.leaveReason) && `(${words(person.leaveReason)})`;
    return [role, "left", why].filter(Boolean).join(" ");
  }
  if (lost) return [role, "reconnecting"].filter(Boolean).join(", ");
  if (person.state === "invited") return [role, "invited"].filter(Boolean).join(", ");
  return role === "agent" && person.agentState ? `agent, ${person.agentState}` : role;
}

function stateTitle(person: ParticipantView): string | undefined {
  const joined = person.joinedAt === undefined ? undefined : `Joined ${exactText(person.joinedAt)}`;
  const left = person.leftAt === undefined ? undefined : `Left ${exactText(person.leftAt)}`;
  return [joined, left].filter(Boolean).join("\n") || undefined;
}
