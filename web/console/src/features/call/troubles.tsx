import { describe, eventOf, zeroOf, type CallProblem, type CallState, type Session } from "@callboard/api";
import { useState } from "react";
import { cx } from "../../ui/class-names.ts";
import { MarkShape } from "./strip/marks.tsx";
import { offsetText } from "./strip/ticks.ts";

/** What can be done about what went wrong in a call, by code. */
const ADVICE: Readonly<Record<string, string>> = {
  RECONNECT_WINDOW_EXPIRED:
    "Nobody came back in time. Start a new call and send its link; a longer window can be set when a call is made.",
  PROVIDER_JOIN_FAILED: "Ask them to open the link again; if it stays, test the connection under Settings.",
  PROVIDER_RECORDING_FAILED: "The call goes on without it. Look into the media server's egress log.",
};

function adviceFor(code: string, retryable: boolean): string {
  const known = ADVICE[code];
  if (known) return known;
  if (code.startsWith("AGENT_")) {
    return retryable
      ? "Told by the agent, which may try again. Its own log says more."
      : "Told by the agent. Its own log says more.";
  }
  return "Told by the system that ran the call; its own log says more. A new call can be started at any time.";
}

interface TroublesProps {
  call: CallState;
  session: Session;
  onPick: (sequence: number) => void;
}

/** How many are shown before the rest is asked for. */
const SHOWN = 2;

/** What went wrong in this call, newest first, and what to do about it. Nothing when nothing did. */
export function Troubles({ call, session, onPick }: TroublesProps) {
  const [all, setAll] = useState(false);
  const failure = call.failure ?? (session.status === "failed" ? session.lastError : undefined);
  // A failure is written as an error too; it is shown once.
  const problems = call.problems.filter((one) => one.code !== failure?.code).toReversed();
  if (!failure && problems.length === 0) return null;
  const shown = all ? problems : problems.slice(0, SHOWN);
  return (
    <section
      aria-label="What went wrong"
      className={cx(
        "grid gap-1 rounded-lg border px-3 py-2",
        failure ? "border-bad/35 bg-bad/6" : "border-line bg-panel",
      )}
    >
      {failure && (
        <p role="alert">
          <span className="font-semibold text-bad">The call failed. </span>
          {failure.message} <span className="mono text-muted">{failure.code}</span>
          <span className="block text-muted">{adviceFor(failure.code, false)}</span>
        </p>
      )}
      {shown.map((problem) => (
        <Problem key={problem.sequence} problem={problem} call={call} onPick={onPick} />
      ))}
      {problems.length > SHOWN && (
        <button
          type="button"
          aria-expanded={all}
          className="justify-self-start rounded text-muted underline underline-offset-2 hover:text-ink"
          onClick={() => setAll(!all)}
        >
          {all ? "Show fewer" : `Show ${problems.length - SHOWN} more`}
        </button>
      )}
    </section>
  );
}

function Problem({
  problem,
  call,
  onPick,
}: { problem: CallProblem; call: CallState } & Pick<TroublesProps, "onPick">) {
  const event = eventOf(call.events, problem.sequence);
  const line = event ? describe(event, call.participants) : `${problem.code}, ${problem.message}`;
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <span className="self-center">
        <MarkShape kind="error" size={12} />
      </span>
      <button
        type="button"
        className="mono rounded text-muted underline decoration-edge underline-offset-2 hover:text-ink"
        title="Go to this moment"
        onClick={() => onPick(problem.sequence)}
      >
        {offsetText(problem.at - (zeroOf(call) ?? problem.at))}
      </button>
      <span>{line}</span>
      <span className="text-muted">{adviceFor(problem.code, problem.retryable)}</span>
    </p>
  );
}
