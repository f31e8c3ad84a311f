import type { Hit } from "./hit.ts";

/** What was said, with the words that were looked for marked. */
export function Snippet({ hit }: { hit: Hit }) {
  return hit.snippet.map((part, index) =>
    part.hit ? (
      <mark key={index} className="rounded-[2px] bg-warn/25 font-medium text-ink">
        {part.text}
      </mark>
    ) : (
      <span key={index}>{part.text}</span>
    ),
  );
}
