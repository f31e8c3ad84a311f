import { isOver, speakerOf, transcript, type CallState, type Utterance } from "@callboard/api";
import { useEffect, useMemo, useRef, useState } from "react";
import { cx } from "../../ui/class-names.ts";
import type { JoinState, Pending } from "./model.ts";

/** How many captions are on the page at once; earlier ones come on request. */
const SHOWN = 80;

/** What is said and typed, the newest below. */
export function Captions({ state, onAgain }: { state: JoinState; onAgain: (utteranceId: string) => void }) {
  const { call, participantId, pending } = state;
  const said = useMemo(() => (call ? transcript(call) : []), [call]);
  const [limit, setLimit] = useState(SHOWN);
  const { box, onScroll } = useEnd(said, pending);
  const hidden = Math.max(0, said.length - limit);
  return (
    <div
      ref={box}
      onScroll={onScroll}
      tabIndex={0}
      className="flex h-full flex-col overflow-y-auto px-[18px] pt-3 pb-[18px] -outline-offset-2"
    >
      {hidden > 0 && (
        <button
          type="button"
          className="mx-auto mb-3 rounded text-[13px] text-accent underline underline-offset-2"
          onClick={() => setLimit(limit + SHOWN)}
        >
          Show earlier
        </button>
      )}
      <div
        role="log"
        aria-label="Captions"
        aria-relevant="additions"
        className="mt-auto flex flex-col gap-3.5"
      >
        {said.length + pending.length === 0 && (
          <p className="text-center text-[13px] text-muted">What is said or typed appears here.</p>
        )}
        {said.slice(hidden).map((each, index, list) => (
          <Caption
            key={each.utteranceId}
            said={each}
            call={call!}
            mine={each.participantId === participantId}
            old={index < list.length - 3}
          />
        ))}
        {pending.map((each) => (
          <Unsent key={each.utteranceId} pending={each} onAgain={() => onAgain(each.utteranceId)} />
        ))}
      </div>
    </div>
  );
}

interface CaptionProps {
  said: Utterance;
  call: CallState;
  mine: boolean;
  old: boolean;
}

function Caption({ said, call, mine, old }: CaptionProps) {
  return (
    <div>
      <div className="mb-0.5 text-xs text-faint">{mine ? "You" : speakerOf(said, call.participants)}</div>
      <p
        className={cx(
          "text-[17px] leading-[1.4] break-words",
          (mine || old) && "text-muted",
          !said.final && !isOver(call) && "caret",
        )}
      >
        {said.text}
      </p>
    </div>
  );
}

function Unsent({ pending, onAgain }: { pending: Pending; onAgain: () => void }) {
  return (
    <div>
      <div className="mb-0.5 text-xs text-faint">You, {pending.failed ? "not sent" : "sending"}</div>
      <p className="text-[17px] leading-[1.4] break-words text-muted">{pending.text}</p>
      {pending.failed && (
        <p role="alert" className="text-[13px] text-bad">
          {pending.failed.message}{" "}
          <button
            type="button"
            className="rounded font-medium underline underline-offset-2"
            onClick={onAgain}
          >
            Send again
          </button>
        </p>
      )}
    </div>
  );
}

/** Keeps the newest in view as long as the reader has not gone up. */
function useEnd(...content: unknown[]) {
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  useEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the content is what the effect waits for
  }, content);
  const onScroll = () => {
    const element = box.current;
    if (element) atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 80;
  };
  return { box, onScroll };
}
