import { useEffect, useState } from "react";
import { copyText } from "./clipboard.ts";
import { shortId } from "./format.ts";

/** An id, shortened; a press copies the whole. */
export function CopyId({ id, label }: { id: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return undefined;
    const timer = setTimeout(() => setCopied(false), 1600);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <button
      type="button"
      title={`${id}\nPress to copy`}
      aria-label={copied ? `${label} copied` : `Copy ${label} ${id}`}
      className="mono -mx-1 rounded px-1 hover:bg-raised hover:text-ink"
      onClick={() => void copyText(id).then(setCopied)}
    >
      {copied ? "copied" : shortId(id)}
    </button>
  );
}
