import {
  describe,
  eventOf,
  isOver,
  nameOf,
  momentOf,
  sequenceAt,
  speakerOf,
  zeroOf,
  type CallEvent,
  type CallState,
  type Utterance,
} from "@callboard/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef, useState, type CSSProperties, type KeyboardEvent } from "react";
import { cx } from "../../ui/class-names.ts";
import { ExportMenu } from "./export-menu.tsx";
import { PILL } from "./families.tsx";
import { huesOf, LANE_CLASSES } from "./strip/inks.ts";
import { MARK_WORDS, MarkShape } from "./strip/marks.tsx";
import { offsetText } from "./strip/ticks.ts";
import { itemOf, sequenceOf, talkOf, type TalkItem } from "./talk.ts";
import { followAfter, inSight, useHand } from "./use-hand.ts";

interface TranscriptPanelProps {
  call: CallState;
  caughtUp: boolean;
  /** More may be said. */
  live: boolean;
  sessionId: string;
  /** The chosen event, if one is. */
  chosen: CallEvent | undefined;
  /** Sequence of it, known before it. */
  at: number | undefined;
  onPick: (sequence: number) => void;
}

/** What was said, in its order; what is being said is replaced in place until it is final. */
export function TranscriptPanel({
  call,
  caughtUp,
  live,
  sessionId,
  chosen,
  at,
  onPick,
}: TranscriptPanelProps) {
  const items = useMemo(() => talkOf(call), [call]);
  const zero = zeroOf(call);
  const active = useMemo(
    () => (chosen && zero !== undefined ? itemOf(items, chosen, momentOf(chosen, zero) - zero) : -1),
    [items, chosen, zero],
  );
  const list = useTalkList(items, active, at, live);
  const pick = (item: TalkItem) => {
    const sequence =
      sequenceOf(item) ?? (zero === undefined ? undefined : sequenceAt(call.events, zero, zero + item.atMs));
    if (sequence !== undefined) onPick(sequence);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = active >= 0 ? active : items.length - 1;
    const item = items[Math.min(items.length - 1, Math.max(0, from + step))];
    if (item) pick(item);
  };
  return (
    <section aria-label="Transcript" className="card flex min-h-0 min-w-0 flex-col max-xl:h-[62vh]">
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line px-3">
        <h2 className="font-semibold">Transcript</h2>
        <span className="flex-1" />
        {!list.following && live && (
          <button type="button" className={PILL} onClick={list.toEnd}>
            follow speech
          </button>
        )}
        <ExportMenu sessionId={sessionId} said={call.utterances.size > 0} />
      </div>
      <div
        ref={list.box}
        onScroll={list.onScroll}
        onKeyDown={onKeyDown}
        tabIndex={0}
        role="log"
        aria-label="What is said"
        aria-live="off"
        className="min-h-0 flex-1 overflow-y-auto py-2 -outline-offset-2"
      >
        {items.length === 0 && (
          <p className="px-3 py-6 text-center text-muted">{emptyLine(call, caughtUp)}</p>
        )}
        <Lines items={items} virtual={list.virtual} call={call} active={active} onPick={pick} />
      </div>
    </section>
  );
}

interface LinesProps {
  items: readonly TalkItem[];
  virtual: ReturnType<typeof useTalkList>["virtual"];
  call: CallState;
  active: number;
  onPick: (item: TalkItem) => void;
}

function Lines({ items, virtual, call, active, onPick }: LinesProps) {
  const hues = useMemo(() => huesOf([...call.participants.values()]), [call.participants]);
  return (
    <div
      className="relative"
      style={{ height: virtual.getTotalSize(), "--who": whoWidth(call) } as CSSProperties}
    >
      {virtual.getVirtualItems().map(({ index, start, key }) => {
        const item = items[index];
        return item ? (
          <div
            key={key}
            ref={virtual.measureElement}
            data-index={index}
            className="absolute inset-x-0"
            style={{ transform: `translateY(${start}px)` }}
          >
            <Item item={item} call={call} hues={hues} active={index === active} onPick={() => onPick(item)} />
          </div>
        ) : null;
      })}
    </div>
  );
}

/** One width for the names of all lines, so that the words begin below each other. */
function whoWidth(call: CallState): string {
  const longest = Math.max(
    ...[...call.participants.values()].map((person) => nameOf(person)?.length ?? 0),
    6,
  );
  return `${Math.min(116, longest * 7 + 4)}px`;
}

function emptyLine(call: CallState, caughtUp: boolean): string {
  if (!caughtUp) return "Reading the log";
  return isOver(call) ? "Nothing was said or typed in this call." : "What is said or typed appears here.";
}

interface ItemProps {
  item: TalkItem;
  call: CallState;
  hues: ReadonlyMap<string, number>;
  active: boolean;
  onPick: () => void;
}

/** One line. The pointer may press it anywhere; the keyboard walks the list with the arrow keys. */
function Item({ item, call, hues, active, onPick }: ItemProps) {
  return (
    <div
      aria-current={active || undefined}
      onClick={() => {
        if (!getSelection()?.toString()) onPick();
      }}
      className={cx(
        "grid cursor-pointer grid-cols-[48px_1fr] gap-2 px-3.5 py-[4.5px]",
        active ? "bg-accent/9 shadow-[inset_2px_0_var(--accent)]" : "hover:bg-raised/60",
      )}
    >
      <span className={cx("mono leading-[19px]", item.kind === "note" ? "text-warn" : "text-faint")}>
        {offsetText(item.atMs)}
      </span>
      {item.kind === "note" && <span className="text-xs leading-[19px] text-warn">{item.note}</span>}
      {item.kind === "mark" && <MarkNote item={item} call={call} />}
      {item.kind === "said" && <Said said={item.said} call={call} hues={hues} />}
    </div>
  );
}

function MarkNote({ item, call }: { item: Extract<TalkItem, { kind: "mark" }>; call: CallState }) {
  const event = eventOf(call.events, item.mark.sequence);
  const { kind, lane } = item.mark;
  return (
    <span
      className={cx(
        "flex min-w-0 items-baseline gap-1.5 text-xs leading-[19px]",
        lane === "errors" ? "text-bad" : "text-muted",
      )}
    >
      <span className="self-center">
        <MarkShape kind={kind} size={12} />
      </span>
      <span className="min-w-0">
        <b className="font-semibold">{MARK_WORDS[kind]}</b> {event ? describe(event, call.participants) : ""}
      </span>
    </span>
  );
}

/** An agent's name has the colour of its lane. */
function Said({ said, call, hues }: { said: Utterance } & Pick<ItemProps, "call" | "hues">) {
  const hue = hues.get(said.participantId ?? "") ?? 1;
  const ink = said.speaker === "agent" && LANE_CLASSES[hue];
  return (
    <span className="grid min-w-0 grid-cols-[var(--who)_1fr] gap-2.5">
      <b className={cx("truncate font-semibold", ink)} title={speakerOf(said, call.participants)}>
        {speakerOf(said, call.participants)}
      </b>
      <span className={cx("min-w-0 break-words", !said.final && !isOver(call) && "caret text-muted")}>
        {said.text}
        {said.source === "typed" && <span className="ml-1.5 text-2xs text-faint">typed</span>}
        {said.revision > 0 && (
          <span className="ml-1.5 text-2xs text-faint" title={`Corrected ${timesText(said.revision)}`}>
            corrected
          </span>
        )}
        {said.earlier?.map((text, index) => (
          <del key={index} className="block text-xs text-faint decoration-faint/70">
            <span className="sr-only">before: </span>
            {text}
          </del>
        ))}
      </span>
    </span>
  );
}

const timesText = (count: number): string => (count === 1 ? "once" : `${count} times`);

/** Stays at the end as long as the reader is there; goes to the chosen line when it becomes another. */
function useTalkList(items: readonly TalkItem[], active: number, at: number | undefined, live: boolean) {
  const box = useRef<HTMLDivElement>(null);
  const byHand = useHand(box);
  const [following, setFollowing] = useState(live && at === undefined);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => 28,
    overscan: 10,
    getItemKey: (index) => items[index]?.key ?? index,
  });
  const total = virtual.getTotalSize();
  const tall = virtual.scrollRect?.height;
  useEffect(() => {
    if (!following || !box.current) return;
    byHand.current = false;
    box.current.scrollTop = box.current.scrollHeight;
  }, [items, total, tall, following, byHand]);
  // While the log is still coming in, the line of a moment may become another: then the list goes along, unless
  // the reader has scrolled meanwhile.
  const shown = useRef<{ at: number | undefined; key?: string }>({ at: undefined });
  const key = items[active]?.key;
  useEffect(() => {
    const { current } = shown;
    if (current.at === at && (current.key === key || byHand.current)) return;
    if (at === undefined) shown.current = { at };
    if (active < 0 || key === undefined) return;
    shown.current = { at, key };
    setFollowing(false);
    if (inSight(box.current, active)) return;
    byHand.current = false;
    virtual.scrollToIndex(active, { align: "center" });
  }, [at, active, key, virtual, byHand]);
  const lastTop = useRef(0);
  const onScroll = () => {
    const element = box.current;
    if (!element) return;
    const next = byHand.current && live ? followAfter(element, lastTop.current, 60) : undefined;
    if (next !== undefined) setFollowing(next);
    lastTop.current = element.scrollTop;
  };
  return { box, onScroll, virtual, following, toEnd: () => setFollowing(true) };
}
