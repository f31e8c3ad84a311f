import { asApiError } from "@callboard/api";
import { Download } from "lucide-react";
import { MENU_ITEM, MenuButton } from "../../ui/menu-button.tsx";
import { say } from "../../ui/toast.tsx";
import { PILL } from "./families.tsx";

const FORMATS = [
  ["Transcript as text", "txt"],
  ["Transcript as VTT subtitles", "vtt"],
  ["Transcript as SRT subtitles", "srt"],
  ["Transcript as JSON", "json"],
] as const;

/** Everything that can be taken away from a call. */
export function ExportMenu({ sessionId, said }: { sessionId: string; said: boolean }) {
  const base = `/v1/call/sessions/${encodeURIComponent(sessionId)}/transcript`;
  return (
    <MenuButton
      className={PILL}
      label={
        <>
          <Download size={11} aria-hidden />
          Export
        </>
      }
    >
      {(close) => (
        <>
          {said &&
            FORMATS.map(([words, format]) => (
              <a
                key={format}
                className={MENU_ITEM}
                href={`${base}?format=${format}`}
                download={`transcript-${sessionId}.${format}`}
                onClick={close}
              >
                {words} <span className="mono text-faint">.{format}</span>
              </a>
            ))}
          <button
            type="button"
            className={MENU_ITEM}
            onClick={() => {
              close();
              void saveEvents(sessionId);
            }}
          >
            All events, one a line <span className="mono text-faint">.ndjson</span>
          </button>
        </>
      )}
    </MenuButton>
  );
}

/** The log as lines. The route tells by its Accept header what it gives, which no plain link can say. */
async function saveEvents(sessionId: string): Promise<void> {
  try {
    const answer = await fetch(`/v1/realtime/sessions/${encodeURIComponent(sessionId)}/events`, {
      headers: { accept: "application/x-ndjson" },
    });
    if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
    const url = URL.createObjectURL(await answer.blob());
    const link = document.createElement("a");
    link.href = url;
    link.download = `events-${sessionId}.ndjson`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 60_000);
  } catch (error) {
    say(`The events were not saved: ${asApiError(error).message}`);
  }
}
