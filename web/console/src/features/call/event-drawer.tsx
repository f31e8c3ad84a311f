import { familyOf, weightOf, type CallEvent } from "@callboard/api";
import { Copy, X } from "lucide-react";
import { useMemo } from "react";
import { Button } from "../../ui/button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { exactText } from "../../ui/format.ts";
import { FamilyMark } from "../../ui/marks.tsx";
import { say } from "../../ui/toast.tsx";

/** One event as it is stored, beside the timeline. */
export function EventDrawer({ event, onClose }: { event: CallEvent; onClose: () => void }) {
  const json = useMemo(() => JSON.stringify(event, null, 2), [event]);
  return (
    <aside
      aria-label="Raw event"
      className="card flex min-h-0 min-w-0 flex-col overflow-hidden max-xl:fixed max-xl:inset-x-0 max-xl:bottom-0 max-xl:z-30 max-xl:h-[58vh] max-xl:rounded-b-none max-xl:shadow-2xl md:max-xl:left-[176px]"
    >
      <div className="flex h-9 shrink-0 items-center gap-2 border-b border-line pr-1.5 pl-3">
        <FamilyMark family={familyOf(event.type)} weight={weightOf(event.type)} />
        <h2 className="mono truncate font-semibold">{event.type}</h2>
        <span className="whitespace-nowrap text-faint">event {event.sequence}</span>
        <span className="flex-1" />
        <Button
          look="quiet"
          className="px-1.5"
          aria-label="Copy the event"
          title="Copy the event"
          onClick={() =>
            void copyText(json).then((copied) => say(copied ? "Event copied" : "Copying did not work"))
          }
        >
          <Copy size={14} aria-hidden />
        </Button>
        <Button
          look="quiet"
          className="px-1.5"
          aria-label="Close the event"
          title="Close (Escape)"
          onClick={onClose}
        >
          <X size={15} aria-hidden />
        </Button>
      </div>
      <p className="border-b border-line/60 px-3 py-1.5 text-muted">{exactText(Date.parse(event.ts))}</p>
      <pre
        tabIndex={0}
        aria-label="Event as JSON"
        className="mono min-h-0 flex-1 overflow-auto p-3 leading-[1.6] break-words whitespace-pre-wrap"
      >
        {colour(json)}
      </pre>
    </aside>
  );
}

const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null|-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\b/gi;

/** Keys quiet, strings and values in the ink of their kind. */
function colour(json: string) {
  const out = [];
  let end = 0;
  for (const match of json.matchAll(TOKEN)) {
    out.push(json.slice(end, match.index));
    end = match.index + match[0].length;
    const isKey = match[2] !== undefined;
    const ink = isKey ? "text-muted" : match[1] === undefined ? "text-action" : "text-usage";
    out.push(
      <span key={match.index} className={ink}>
        {match[0]}
      </span>,
    );
  }
  out.push(json.slice(end));
  return out;
}
