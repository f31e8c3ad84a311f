import { useMemo } from "react";
import { cx } from "./class-names.ts";

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

/** Above this a text is shown without colours: they cost an element each. */
const COLOURED = 60_000;

interface JsonViewProps {
  value: unknown;
  label: string;
  className?: string;
}

/** A value as it travels. */
export function JsonView({ value, label, className }: JsonViewProps) {
  const text = useMemo(() => {
    const json = JSON.stringify(value, null, 2) ?? "";
    return json.length > COLOURED ? json : colour(json);
  }, [value]);
  return (
    <pre
      tabIndex={0}
      aria-label={label}
      className={cx(
        "mono overflow-auto p-3 leading-[1.6] break-words whitespace-pre-wrap focus-visible:-outline-offset-2",
        className,
      )}
    >
      {text}
    </pre>
  );
}
