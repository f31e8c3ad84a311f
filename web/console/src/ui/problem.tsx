import type { ApiError } from "@callboard/api";
import type { ReactNode } from "react";
import { adviceFor } from "./advice.ts";

interface ProblemNoteProps {
  error: ApiError;
  /** What was attempted, as the start of a sentence: "The call was not started". */
  what: string;
  children?: ReactNode;
}

/** What went wrong, and what to do about it. */
export function ProblemNote({ error, what, children }: ProblemNoteProps) {
  const advice = adviceFor(error);
  return (
    <div role="alert" className="rounded-lg border border-bad/35 bg-bad/7 px-3.5 py-2.5">
      <p className="font-semibold text-bad">{what}</p>
      <p>{error.message}</p>
      {advice && <p className="text-muted">{advice}</p>}
      {error.problem.errors?.map((field) => (
        <p key={field.pointer} className="text-muted">
          <code className="mono">{field.pointer}</code> {field.reason}
        </p>
      ))}
      <p className="mono mt-1 text-faint">
        {error.code}
        {error.problem.traceId && ` · trace ${error.problem.traceId}`}
      </p>
      {children && <div className="mt-2 flex gap-2">{children}</div>}
    </div>
  );
}
