import { Check, Copy, X } from "lucide-react";
import { useState } from "react";
import { Button, buttonClass } from "../../ui/button.tsx";
import { copyText } from "../../ui/clipboard.ts";
import { timeText } from "../../ui/format.ts";

export interface ShownLink {
  joinUrl: string;
  expiresAt: string;
  maxUses: number;
}

/** False in the last minute of a link, too short to send it to someone. */
export const isUsable = (link: ShownLink, now: number): boolean => Date.parse(link.expiresAt) - now > 60_000;

/** The link to send, and the way in for the one who made it. */
export function JoinPanel({ link, onHide }: { link: ShownLink; onHide: () => void }) {
  const [copied, setCopied] = useState(false);
  return (
    <section
      aria-label="Join the call"
      className="flex flex-wrap items-center gap-x-3 gap-y-2 rounded-lg border border-accent/35 bg-accent/6 px-3 py-2"
    >
      <label htmlFor="join-link" className="font-medium">
        Join link
      </label>
      <div className="flex min-w-[240px] flex-1 gap-2">
        <input
          id="join-link"
          readOnly
          value={link.joinUrl}
          onFocus={(event) => event.target.select()}
          className="mono h-7 min-w-0 flex-1 rounded-md border border-line bg-panel px-2"
        />
        <Button
          aria-label={copied ? "Copied" : "Copy"}
          title="Copy"
          className="px-2"
          onClick={() => void copyText(link.joinUrl).then(setCopied)}
        >
          {copied ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
        </Button>
      </div>
      <a href={link.joinUrl} target="_blank" rel="noopener" className={buttonClass("primary")}>
        Join here
      </a>
      <span className="text-muted">
        {link.maxUses === 1 ? "For one person" : `For up to ${link.maxUses} people`}, until{" "}
        {timeText(Date.parse(link.expiresAt)).slice(0, 5)}
      </span>
      <button
        type="button"
        aria-label="Hide the join link"
        className="ml-auto grid size-7 place-items-center rounded-md text-muted hover:bg-raised hover:text-ink"
        onClick={onHide}
      >
        <X size={14} aria-hidden />
      </button>
    </section>
  );
}
