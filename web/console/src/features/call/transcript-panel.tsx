import { conversation, isOver, speakerOf, type CallState, type ConversationItem } from "@callboard/api";
import { useVirtualizer } from "@tanstack/react-virtual";
import { Download } from "lucide-react";
import { useEffect, useMemo, useRef } from "react";
import { cx } from "../../ui/class-names.ts";
import { clockText } from "../../ui/format.ts";

/** What was said, in its order; what is being said is replaced in place until it is final. */
export function TranscriptPanel({ call, sessionId }: { call: CallState; sessionId: string }) {
  const items = useMemo(() => conversation(call), [call]);
  const said = call.utterances.size > 0;
  const { box, onScroll, virtual } = useFollowedList(items);
  return (
    <section aria-label="Transcript" className="card flex min-h-0 flex-col overflow-hidden max-xl:h-[62vh]">
      <div className="flex h-9 shrink-0 items-center gap-2.5 border-b border-line px-3">
        <h2 className="font-semibold">Transcript</h2>
        <span className="flex-1" />
        {said && (
          <a
            href={`/v1/call/sessions/${encodeURIComponent(sessionId)}/transcript?format=txt`}
            download={`transcript-${sessionId}.txt`}
            className="inline-flex items-center gap-1.5 rounded-full border border-line px-2 py-px text-[11.5px] font-medium text-muted hover:border-edge hover:text-ink"
          >
            <Download size={11} aria-hidden />
            Export
          </a>
        )}
      </div>
      <div
        ref={box}
        onScroll={onScroll}
        tabIndex={0}
        role="log"
        aria-label="What is said"
        aria-live="off"
        className="min-h-0 flex-1 overflow-y-auto py-2.5 -outline-offset-2"
      >
        {items.length === 0 && <p className="px-3 py-6 text-center text-muted">{emptyLine(call)}</p>}
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start, key }) => {
            const item = items[index];
            return item ? (
              <div
                key={key}
                ref={virtual.measureElement}
                data-index={index}
                className="absolute inset-x-0 px-3.5 pb-[9px]"
                style={{ transform: `translateY(${start}px)` }}
              >
                <Item item={item} call={call} />
              </div>
            ) : null;
          })}
        </div>
      </div>
    </section>
  );
}

const emptyLine = (call: CallState): string =>
  isOver(call) ? "Nothing was said or typed in this call." : "What is said or typed appears here.";

function Item({ item, call }: { item: ConversationItem; call: CallState }) {
  if (item.kind === "note") {
    return (
      <p className="grid grid-cols-[44px_1fr] gap-2 text-xs text-warn">
        <span className="mono">{clockText(item.atMs)}</span>
        {item.note}
      </p>
    );
  }
  const { said } = item;
  const agent = said.speaker === "agent";
  return (
    <div className="grid grid-cols-[44px_minmax(60px,auto)_1fr] gap-2">
      <span className="mono text-faint">{clockText(said.startMs)}</span>
      <b className={cx("max-w-32 truncate font-semibold", agent && "text-accent")}>
        {speakerOf(said, call.participants)}
      </b>
      <span className={cx("min-w-0 break-words", !said.final && !isOver(call) && "caret text-muted")}>
        {said.text}
        {said.revision > 0 && <span className="ml-1.5 text-2xs text-faint">corrected</span>}
        {said.source === "typed" && <span className="ml-1.5 text-2xs text-faint">typed</span>}
      </span>
    </div>
  );
}

/** Stays at the end as long as the reader is there. */
function useFollowedList(items: readonly ConversationItem[]) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => 28,
    overscan: 10,
    getItemKey: (index) => items[index]?.key ?? index,
  });
  const total = virtual.getTotalSize();
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [items, total]);
  const onScroll = () => {
    const element = box.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 60;
  };
  return { box, onScroll, virtual };
}
